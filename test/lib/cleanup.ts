/**
 * What a test started must not outlive it. Whoever starts a process or makes a folder says here how to get rid of it;
 * that is done when this process ends, be it by its own end, by an error or by a signal.
 */
const jobs = new Set<() => void>();
let installed = false;

function runAll(): void {
  for (const job of jobs) {
    jobs.delete(job);
    try {
      job();
    } catch {
      // Already gone: nothing is left to do, and the other jobs must still run.
    }
  }
}

function install(): void {
  installed = true;
  process.on("exit", runAll);
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.once(signal, () => {
      runAll();
      process.kill(process.pid, signal);
    });
  }
}

/** Registers a synchronous job for the end of this process. Returns a function that takes it back. */
export function atExit(job: () => void): () => void {
  if (!installed) install();
  jobs.add(job);
  return () => jobs.delete(job);
}
