import { relative } from 'node:path';
import { TestEnvironment } from 'jest-environment-node';
import { readRegister } from './read-register';

interface Block {
  readonly name: string;
  readonly parent?: Block;
  readonly children: readonly (Block | Test)[];
  readonly type: 'describeBlock';
}

interface Test {
  readonly name: string;
  readonly parent: Block;
  readonly type: 'test';
  failing: boolean;
}

interface State {
  readonly rootDescribeBlock: Block;
  testTimeout: number;
}

/** All of this is on virtual time, but in a machine that may be busy. */
const testTimeoutMs = 60_000;

type Parameters = ConstructorParameters<typeof TestEnvironment>;

/** Turns the tests that the register says cannot hold into `it.failing`: one that holds after all is red, and so is an entry without a test. */
export default class HostileEnvironment extends TestEnvironment {
  readonly #titles: ReadonlySet<string>;

  constructor(config: Parameters[0], context: Parameters[1]) {
    super(config, context);
    const { rootDir, globals } = config.projectConfig;
    const { name } = globals.batonHostile as { readonly name: string };
    this.#titles = readRegister(name, relative(rootDir, context.testPath));
  }

  handleTestEvent(event: { readonly name: string }, state: State): void {
    if (event.name !== 'run_start') return;
    state.testTimeout = Math.max(state.testTimeout, testTimeoutMs);
    const tests = new Map(listTests(state.rootDescribeBlock).map((test) => [nameInFull(test), test]));
    for (const title of this.#titles) {
      const test = tests.get(title);
      if (test === undefined)
        throw new Error(
          `test/hostile/register.json has a test that does not exist; rename it there too, or take it out: ${title}`,
        );
      test.failing = true;
    }
  }
}

function listTests({ children }: Block): Test[] {
  return children.flatMap((child) => (child.type === 'test' ? child : listTests(child)));
}

/** As Jest prints it, without the name of the block that holds everything. */
function nameInFull({ name, parent }: Block | Test): string {
  return parent?.parent === undefined ? name : `${nameInFull(parent)} ${name}`;
}
