/** Compiles the probe modules of the host's tests in memory. */
import { readFileSync } from "node:fs";
import { main as asc } from "assemblyscript/dist/asc.js";

/** The bytes of test/module/probes/<name>/index.ts. Throws with the compiler's words. */
export async function compileProbe(name: string): Promise<Uint8Array> {
  let binary: Uint8Array | undefined;
  const { error, stderr } = await asc(
    [
      `test/module/probes/${name}/index.ts`,
      "--outFile",
      "probe.wasm",
      "--runtime",
      "stub",
      "--exportStart",
      "_initialize",
      "--use",
      "abort=test/module/probes/kit/abortProbe",
      "-O2",
      "--debug",
    ],
    {
      readFile: (path: string) => {
        // The project's own options (runtime, abort) are the filters', not the probes'.
        if (path.endsWith("asconfig.json")) return null;
        try {
          return readFileSync(path, "utf8");
        } catch {
          return null;
        }
      },
      writeFile: (path: string, contents: string | Uint8Array) => {
        if (path.endsWith(".wasm") && typeof contents !== "string") binary = contents;
      },
      listFiles: () => [],
    },
  );
  if (error || !binary) throw new Error(`probe ${name} does not compile: ${stderr.toString()}`);
  return binary;
}
