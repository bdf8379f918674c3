// Run by test/setup/unit.ts, which says in SPECS (separated by commas) which files to compile; as-pect cannot narrow by itself.
import { hostCalls } from "./test/setup/aspect-reporter.ts";

/** Pure code needs no host: each host function that a spec's code could reach fails the test that reaches it. */
function refusedHost(binary) {
  const host = {};
  for (const { module, name, kind } of WebAssembly.Module.imports(new WebAssembly.Module(binary))) {
    if (kind !== "function" || !(name.startsWith("proxy_") || module.startsWith("wasi_"))) continue;
    host[module] ??= {};
    host[module][name] = () => {
      hostCalls.push(name);
      throw new Error(`host call ${name}`);
    };
  }
  return host;
}

export default {
  entries: (process.env.SPECS ?? "{assembly,filters}/**/*.spec.ts").split(","),
  disclude: [/node_modules/],
  coverage: [],
  reporter: "./test/setup/aspect-reporter.ts",
  instantiate: (memory, createImports, instantiate, binary) => {
    const host = refusedHost(binary);
    return instantiate(binary, createImports({ ...host, env: { ...host.env, memory } }));
  },
};
