/** Errors that end a command with one line. */

/** Wrong use: exit 2. */
export class UsageError extends Error {}

/** The command could not do its work: exit 1. */
export class Failure extends Error {}

/** What went wrong with a file, in a user's words. */
export function fileError(error: unknown): string {
  switch ((error as NodeJS.ErrnoException).code) {
    case "ENOENT":
      return "no such file";
    case "EISDIR":
      return "a folder, not a file";
    case "EACCES":
      return "no permission";
    default:
      return error instanceof Error ? error.message : String(error);
  }
}
