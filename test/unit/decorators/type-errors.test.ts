import { join } from 'node:path';
import ts from 'typescript';

const root = join(__dirname, '../../..');
const file = join(root, 'test/unit/decorators/users-job.ts');

const head = `
import { OnFailure, OnStart, Step, Terminate } from '../../../src/decorators';
import { goTo, wait } from '../../../src/runtime/core/execution/directives';
declare const count: number;
`;

/** What a user gets wrong, and what the compiler then says. */
const mistakes: [string, string, string][] = [
  [
    'a step that takes something else than the context',
    '@Step() work(page: number) {}',
    'A step takes one parameter at most, the StepContext.',
  ],
  [
    'a hook that takes something else than the context',
    '@OnStart() open(page: number) {}',
    'A hook takes one parameter at most, the StepContext.',
  ],
  [
    'a predicate that takes something else than the context',
    '@Terminate() isDone(page: number) { return true; }',
    'A predicate takes one parameter at most, the StepContext.',
  ],
  [
    'a predicate without an answer',
    '@Terminate() isDone() {}',
    'The @Terminate predicate returns true or false.',
  ],
  [
    'a failure hook that takes the context alone',
    '@OnFailure() tell(error: Error, ctx: string) {}',
    'The @OnFailure hook is called with the error and the StepContext.',
  ],
  [
    'a step that returns a value',
    '@Step() async work() { return count; }',
    'A step returns nothing or a directive (goTo, wait, waitUntil, complete); a generator yields nothing or a wait.',
  ],
  [
    'a generator that yields a value',
    '@Step() async *work() { yield count; }',
    'A step returns nothing or a directive (goTo, wait, waitUntil, complete); a generator yields nothing or a wait.',
  ],
  [
    'a step that goes to a method which is not there',
    "@Step() work() { return goTo('wrok'); }",
    "The class has no public method 'wrok'.",
  ],
  [
    'a wait before a method which is not there',
    "@Step() async work() { return wait({ seconds: 1, goTo: 'wrok' }); }",
    "The class has no public method 'wrok'.",
  ],
  ['a getter that is no step', '@Step() get work() { return count; }', 'A step is a method.'],
];

describe('The compiler', () => {
  let messages: (string | undefined)[];

  beforeAll(() => {
    messages = listMessages(mistakes.map(([, member], index) => `class Job${index} { ${member} }`));
  }, 60_000);

  it.each(mistakes.map(([title, , said], index) => [title, said, index] as const))(
    'The compiler says of %s: %s',
    (_, said, index) => {
      const [first, second = ''] = messages[index]?.split('\n') ?? [];
      expect(first).toBe('Unable to resolve signature of method decorator when called as an expression.');
      expect(second).toMatch(/is not assignable to parameter of type '".*"'\.$/);
      expect(second.slice(second.indexOf('parameter of type ') + 20, -3)).toBe(said);
    },
  );
});

/** The first error in each of these classes. */
function listMessages(classes: readonly string[]): (string | undefined)[] {
  const text = `${head}${classes.join('\n')}\nexport {};`;
  const { options } = ts.parseJsonConfigFileContent(
    ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile).config,
    ts.sys,
    root,
  );
  const host = ts.createCompilerHost(options);
  const read = host.getSourceFile.bind(host);
  host.getSourceFile = (name, version, ...rest) =>
    name === file ? ts.createSourceFile(name, text, version) : read(name, version, ...rest);
  host.fileExists = (name) => name === file || ts.sys.fileExists(name);
  const program = ts.createProgram(
    [file],
    { ...options, types: ['node'], noUnusedLocals: false, noUnusedParameters: false },
    host,
  );
  const source = program.getSourceFile(file);
  const faults = program.getSemanticDiagnostics(source);
  const firstLine = head.split('\n').length - 1;
  return classes.map((_, index) => {
    const fault = faults.find(
      ({ start = 0 }) => source?.getLineAndCharacterOfPosition(start).line === firstLine + index,
    );
    return fault && ts.flattenDiagnosticMessageText(fault.messageText, '\n').replace(/\n +/g, '\n');
  });
}
