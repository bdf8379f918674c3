/**
 * texts.gen.ts: the fixed texts of messages as static bytes. A string literal of AssemblyScript takes two bytes for each
 * character and more than 20 beside, and every call that passes one keeps a record of it.
 */

/** @param texts name -> text, as in a texts.json. Throws RangeError for one that is not 1 to 255 bytes of ASCII. */
export function generateTexts(texts: Readonly<Record<string, string>>): string {
  const bytes: number[] = [];
  const constants = Object.entries(texts).map(([name, text]) => {
    // NUL separates the parts of a property's path.
    if (!/^[\0 -~]{1,255}$/.test(text)) throw new RangeError(`${name} is not 1 to 255 characters of ASCII`);
    const line = `/** ${text.replaceAll("*/", "*\\/").replaceAll("\0", "\\0")} */\nexport const ${name}: Text = TEXTS + ${bytes.length};`;
    bytes.push(text.length, ...Buffer.from(text));
    return line;
  });
  return `// Made from texts.json by \`npm run gen\`: change that file, not this one.

/** Address of a text: a byte says how many follow. */
export type Text = usize;

const TEXTS: usize = memory.data<u8>([${bytes.join(", ")}]);

${constants.join("\n")}
`;
}
