/** `npm run format`: rewrites the files whose format is not prettier's. */
import { noArguments, say } from "./common.ts";
import { runPrettier } from "./prettier.ts";

noArguments("format");
const { files, different, broken } = await runPrettier(true);
for (const file of different) say(file);
for (const line of broken) say(line);
console.log(`format: ${different.length} of ${files} files rewritten`);
process.exitCode = broken.length > 0 ? 1 : 0;
