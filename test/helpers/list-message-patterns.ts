import { readFileSync } from 'node:fs';
import ts from 'typescript';

/** A message that a source file can say: where it is said, and what any wording of it looks like. */
export interface MessagePattern {
  /** `file:line`, for people. */
  readonly place: string;
  /** Matches the whole text, with anything in the gaps; undefined where the text comes from somewhere else. */
  readonly text: RegExp | undefined;
}

/** Chooses the expression of a message, where a node of the syntax tree says one. */
export type ChooseMessage = (node: ts.Node) => ts.Expression | undefined;

/** The message of a call: `refuse(subject, what, fix)` has it in place 1. */
export function inCallOf(names: readonly string[], index: number): ChooseMessage {
  return (node) =>
    ts.isCallExpression(node) && names.includes(node.expression.getText())
      ? node.arguments[index]
      : undefined;
}

/** The message of a property: `{ problem: … }` or `{ problem, … }`. */
export function inProperty(name: string): ChooseMessage {
  return (node) => {
    if (ts.isPropertyAssignment(node) && node.name.getText() === name) return node.initializer;
    return ts.isShorthandPropertyAssignment(node) && node.name.getText() === name ? node.name : undefined;
  };
}

/** Lists every message that a file can say, read from its source: what a test has to see at least once. */
export function listMessagePatterns(file: string, choose: ChooseMessage): MessagePattern[] {
  const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true);
  const found: MessagePattern[] = [];
  const visit = (node: ts.Node): void => {
    const message = choose(node);
    if (message !== undefined) {
      const line = source.getLineAndCharacterOfPosition(message.getStart()).line + 1;
      const place = `${file.split('/').slice(-1)[0]}:${line}`;
      const wordings = listWordings(message);
      if (wordings === undefined) found.push({ place, text: undefined });
      for (const wording of wordings ?? []) found.push({ place, text: new RegExp(`^${wording}$`, 's') });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

/** Every wording, as the source of a regular expression: a choice between two texts makes two of them. */
function listWordings(expression: ts.Expression): readonly string[] | undefined {
  if (ts.isStringLiteralLike(expression)) return [quote(expression.text)];
  if (ts.isParenthesizedExpression(expression)) return listWordings(expression.expression);
  if (ts.isConditionalExpression(expression)) return chooseBoth(expression);
  if (ts.isTemplateExpression(expression)) {
    return expression.templateSpans.reduce<readonly string[]>(
      (stems, span) => {
        const gaps = (listWordings(span.expression) ?? ['.*']).map(
          (gap) => `${gap}${quote(span.literal.text)}`,
        );
        return stems.flatMap((stem) => gaps.map((gap) => `${stem}${gap}`));
      },
      [quote(expression.head.text)],
    );
  }
  const value = ts.isIdentifier(expression) ? findConstant(expression, expression.text) : undefined;
  return value && listWordings(value);
}

function chooseBoth({ whenTrue, whenFalse }: ts.ConditionalExpression): readonly string[] | undefined {
  const [one, other] = [listWordings(whenTrue), listWordings(whenFalse)];
  return one && other && [...one, ...other];
}

/** What the nearest `const` of this name is, seen from a node. */
function findConstant(from: ts.Node, name: string): ts.Expression | undefined {
  for (let scope: ts.Node = from.parent; scope !== undefined; scope = scope.parent) {
    if (!ts.isBlock(scope) && !ts.isSourceFile(scope)) continue;
    for (const statement of scope.statements) {
      if (!ts.isVariableStatement(statement)) continue;
      const found = statement.declarationList.declarations.find(
        (declaration) => declaration.name.getText() === name,
      );
      if (found?.initializer !== undefined) return found.initializer;
    }
  }
  return undefined;
}

function quote(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
