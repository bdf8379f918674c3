/** Fewer bytes for a module that asc has optimized for size. */

/**
 * asc's own passes leave functions that only store one field, or that have one caller, as they are: its limits are fixed. So
 * the module goes through Binaryen's passes once more, with limits that fit.
 * @param module bytes that asc wrote, with its names
 */
export async function shrunk(module: Uint8Array): Promise<Uint8Array> {
  // The copy that asc itself uses.
  const { default: binaryen } = await import("assemblyscript/binaryen");
  const it = binaryen.readBinary(module);
  binaryen.setDebugInfo(true);
  binaryen.setLowMemoryUnused(true);
  binaryen.setOptimizeLevel(3);
  binaryen.setShrinkLevel(2);
  // Nodes of a function that is inlined everywhere: a setter has three. -1: whoever has one caller, however long.
  binaryen.setAlwaysInlineMaxSize(3);
  binaryen.setOneCallerInlineMaxSize(-1);
  binaryen.setAllowInliningFunctionsWithLoops(false);
  it.setFeatures(
    binaryen.Features.BulkMemory |
      binaryen.Features.MutableGlobals |
      binaryen.Features.SignExt |
      binaryen.Features.NontrappingFPToInt,
  );
  it.optimize();
  const bytes = it.emitBinary();
  it.dispose();
  return bytes;
}
