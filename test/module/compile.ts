/** Compiles a probe of this folder in memory, with the options of asconfig.json's release target. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** @param name folder under test/module/probes. Rejects with asc's words when it does not compile. */
export async function compileProbe(name: string): Promise<Uint8Array<ArrayBuffer>> {
  const { main: asc } = await import("assemblyscript/dist/asc.js");
  let bytes: Uint8Array<ArrayBuffer> | undefined;
  const { error, stderr } = await asc(
    [
      `test/module/probes/${name}/index.ts`,
      "--config",
      "asconfig.json",
      "--target",
      "release",
      "--outFile",
      "probe.wasm",
    ],
    {
      readFile: (file, base) => {
        const path = join(ROOT, base, file);
        return existsSync(path) ? readFileSync(path, "utf8") : null;
      },
      writeFile: (file, content) => {
        if (file.endsWith(".wasm") && typeof content !== "string") bytes = new Uint8Array(content);
      },
      listFiles: () => [],
    },
  );
  if (error !== null || bytes === undefined) throw new Error(`probe ${name}: ${stderr.toString()}`);
  return bytes;
}
