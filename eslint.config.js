import tseslint from "typescript-eslint";

const assemblyScript = ["assembly/**/*.ts", "filters/**/*.ts", "test/module/probes/**/*.ts"];
const nodeInsideThem = ["**/*.test.ts", "**/convert*.ts"];

/** The host's declarations belong to the ABI seam alone. */
const noHostPackage = {
  patterns: [{ group: ["@solo-io/*"], message: "Only assembly/abi imports proxy-runtime: use assembly/host." }],
};

export default tseslint.config(
  // What `npm run new` copies is checked where it comes to lie: in filters/.
  { ignores: ["build/", "coverage/", "test/setup/new/template/"] },
  { linterOptions: { reportUnusedDisableDirectives: "error" } },
  {
    files: assemblyScript,
    ignores: nodeInsideThem,
    languageOptions: { parser: tseslint.parser, parserOptions: { allowInvalidAST: true } },
  },
  {
    files: assemblyScript,
    ignores: [...nodeInsideThem, "**/*.spec.ts"],
    rules: {
      "no-restricted-syntax": [
        "error",
        { selector: "ThrowStatement", message: "AssemblyScript cannot catch: return a value." },
        { selector: "TSNonNullExpression", message: "x! traps on null: test for null." },
      ],
    },
  },
  {
    files: ["assembly/**/*.ts", "filters/**/*.ts"],
    ignores: [...nodeInsideThem, "assembly/abi/**"],
    rules: { "no-restricted-imports": ["error", noHostPackage] },
  },
  {
    files: ["cli/**/*.ts", "test/**/*.ts", "assembly/**/*.test.ts", "filters/**/*.test.ts", "filters/**/convert*.ts"],
    ignores: ["test/module/probes/**"],
    extends: [tseslint.configs.recommended],
    rules: {
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/no-empty-function": "off",
      eqeqeq: "error",
    },
  },
);
