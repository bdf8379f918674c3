/** Finds the places of a source file where one small change should make a test fail. */
import ts from "typescript";

/** One change: `text.slice(start, end)` is replaced. */
export interface Mutant {
  start: number;
  end: number;
  replacement: string;
  /** 1-based line of the change. */
  line: number;
  /** What is changed, for people. */
  what: string;
}

/** Operators and what each is exchanged for. */
const SWAPS: ReadonlyMap<ts.SyntaxKind, string> = new Map([
  [ts.SyntaxKind.LessThanToken, "<="],
  [ts.SyntaxKind.LessThanEqualsToken, "<"],
  [ts.SyntaxKind.GreaterThanToken, ">="],
  [ts.SyntaxKind.GreaterThanEqualsToken, ">"],
  [ts.SyntaxKind.EqualsEqualsToken, "!="],
  [ts.SyntaxKind.ExclamationEqualsToken, "=="],
  [ts.SyntaxKind.EqualsEqualsEqualsToken, "!=="],
  [ts.SyntaxKind.ExclamationEqualsEqualsToken, "==="],
  [ts.SyntaxKind.AmpersandAmpersandToken, "||"],
  [ts.SyntaxKind.BarBarToken, "&&"],
  [ts.SyntaxKind.PlusToken, "-"],
  [ts.SyntaxKind.MinusToken, "+"],
  [ts.SyntaxKind.AsteriskToken, "/"],
  [ts.SyntaxKind.SlashToken, "*"],
  [ts.SyntaxKind.PercentToken, "/"],
  [ts.SyntaxKind.PlusEqualsToken, "-="],
  [ts.SyntaxKind.MinusEqualsToken, "+="],
]);

const BOUNDED: ReadonlySet<ts.SyntaxKind> = new Set([
  ts.SyntaxKind.LessThanToken,
  ts.SyntaxKind.LessThanEqualsToken,
  ts.SyntaxKind.GreaterThanToken,
  ts.SyntaxKind.GreaterThanEqualsToken,
]);

/** Longest piece of source that a description quotes. */
const QUOTED = 60;

/**
 * Lists every mutant of a file, in the order of the source.
 * @param text TypeScript or AssemblyScript; the parser reads both
 */
export function findMutants(text: string): Mutant[] {
  const source = ts.createSourceFile("mutated.ts", text, ts.ScriptTarget.Latest, true);
  const mutants: Mutant[] = [];
  const add = (from: ts.Node, replacement: string, what: string): void => {
    const start = from.getStart(source);
    const line = source.getLineAndCharacterOfPosition(start).line + 1;
    mutants.push({ start, end: from.getEnd(), replacement, line, what });
  };
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node) || ts.isTypeNode(node) || ts.isDecorator(node)) return;
    mutateOperator(node, add);
    mutateCondition(node, add);
    mutateLiteral(node, add);
    mutateStatement(node, add);
    ts.forEachChild(node, visit);
  };
  visit(source);
  return mutants;
}

type Add = (from: ts.Node, replacement: string, what: string) => void;

function quote(node: ts.Node): string {
  const text = node.getText().replace(/\s+/g, " ");
  return text.length > QUOTED ? `${text.slice(0, QUOTED)}...` : text;
}

function mutateOperator(node: ts.Node, add: Add): void {
  if (ts.isBinaryExpression(node)) {
    const operator = node.operatorToken;
    const swapped = SWAPS.get(operator.kind);
    if (swapped !== undefined) add(operator, swapped, `${operator.getText()} became ${swapped} in ${quote(node)}`);
    if (BOUNDED.has(operator.kind) && !ts.isNumericLiteral(node.right)) {
      for (const step of ["+", "-"]) {
        add(node.right, `(${node.right.getText()} ${step} 1)`, `bound ${step} 1 in ${quote(node)}`);
      }
    }
  }
  if (ts.isPrefixUnaryExpression(node) && node.operator === ts.SyntaxKind.ExclamationToken) {
    add(node, node.operand.getText(), `dropped the ! of ${quote(node)}`);
  }
}

/** Conditions that are one comparison are negated by their operator's swap or here; both are kept, they differ for `<`. */
function mutateCondition(node: ts.Node, add: Add): void {
  const condition = conditionOf(node);
  if (condition !== undefined) add(condition, `!(${condition.getText()})`, `negated ${quote(condition)}`);
}

function conditionOf(node: ts.Node): ts.Expression | undefined {
  if (ts.isIfStatement(node) || ts.isWhileStatement(node) || ts.isDoStatement(node)) return node.expression;
  if (ts.isConditionalExpression(node) || ts.isForStatement(node)) return node.condition;
  return undefined;
}

/** Numbers next to a comparison or an arithmetic operator are bounds; booleans are turned round. */
function mutateLiteral(node: ts.Node, add: Add): void {
  if (ts.isNumericLiteral(node) && ts.isBinaryExpression(node.parent)) {
    for (const step of ["+", "-"]) add(node, `(${node.getText()} ${step} 1)`, `${step} 1 in ${quote(node.parent)}`);
  }
  if (node.kind === ts.SyntaxKind.TrueKeyword) add(node, "false", `true became false in ${quote(node.parent)}`);
  if (node.kind === ts.SyntaxKind.FalseKeyword) add(node, "true", `false became true in ${quote(node.parent)}`);
}

function mutateStatement(node: ts.Node, add: Add): void {
  if (ts.isExpressionStatement(node)) add(node, ";", `dropped ${quote(node)}`);
  // A return that ends a function cannot go: what would follow it is missing.
  if (ts.isReturnStatement(node) && isEarly(node)) add(node, ";", `dropped ${quote(node)}`);
  if (ts.isBreakStatement(node) || ts.isContinueStatement(node)) add(node, ";", `dropped ${quote(node)}`);
}

function isEarly(node: ts.ReturnStatement): boolean {
  const block = node.parent;
  return !(ts.isBlock(block) && ts.isFunctionLike(block.parent));
}

/** Applies one mutant. */
export function applyMutant(text: string, mutant: Mutant): string {
  return text.slice(0, mutant.start) + mutant.replacement + text.slice(mutant.end);
}

/**
 * Puts a list in a random order that depends on the seed alone (mulberry32).
 * @param seed whole number, 32 bits of it count
 */
export function shuffled<T>(items: readonly T[], seed: number): T[] {
  let state = seed | 0;
  const random = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const keyed = items.map((item) => ({ item, key: random() }));
  return keyed.sort((left, right) => left.key - right.key).map(({ item }) => item);
}
