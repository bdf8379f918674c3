/** `npm run lint`: eslint, the rule on imports, the rule on slots and the format; one line for each at the end. */
import { ESLint } from "eslint";
import { noArguments, ROOT, say } from "./common.ts";
import { checkImports } from "./import-rule.ts";
import { runPrettier } from "./prettier.ts";
import { checkSlots } from "./slots-rule.ts";

/** Findings of one check, each a line; unprinted so far. */
interface Check {
  name: string;
  findings: string[];
}

async function runEslint(): Promise<Check> {
  const eslint = new ESLint({ cwd: ROOT });
  const results = await eslint.lintFiles(["."]);
  const findings = results.flatMap(({ filePath, messages }) =>
    messages.map(({ line, column, message, ruleId }) => {
      return `${filePath.slice(ROOT.length + 1)}:${line}:${column}: ${message} (${ruleId ?? "syntax"})`;
    }),
  );
  return { name: "eslint", findings };
}

async function runFormat(): Promise<Check> {
  const { different, broken } = await runPrettier(false);
  const findings = different.map((file) => `${file}: not formatted; npm run format does it`);
  return { name: "format", findings: [...findings, ...broken] };
}

noArguments("lint");
const checks: Check[] = [
  await runEslint(),
  { name: "imports", findings: checkImports(ROOT) },
  { name: "slots", findings: checkSlots(ROOT) },
  await runFormat(),
];
for (const { findings } of checks) for (const finding of findings) say(finding);
const summary = checks.map(({ name, findings }) => `${name} ${findings.length}`).join(", ");
console.log(`lint: findings: ${summary}`);
process.exitCode = checks.some(({ findings }) => findings.length > 0) ? 1 : 0;
