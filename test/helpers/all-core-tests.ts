import { readdirSync } from 'node:fs';
import { join } from 'node:path';

type TestBody = (...given: unknown[]) => undefined;

let hasFailed = false;

/** What is behind the first failure is not run: it cannot say more of a mutant than that it was noticed. */
function untilFailure(body: TestBody): TestBody {
  return (...given) => {
    if (hasFailed) return;
    try {
      return body(...given);
    } catch (error) {
      hasFailed = true;
      throw error;
    }
  };
}

function hurry(original: jest.It): jest.It {
  const hurried = (title: string, body: TestBody, timeoutMs?: number) =>
    original(title, untilFailure(body), timeoutMs);
  const each = (table: readonly unknown[]) => (title: string, body: TestBody, timeoutMs?: number) =>
    original.each(table)(title, untilFailure(body), timeoutMs);
  return Object.assign(hurried, original, { each }) as unknown as jest.It;
}

Object.assign(globalThis, { it: hurry(it), test: hurry(test) });

/** The core's tests in one, for mutation testing: to start each of the files again for every mutant takes longer than to run them. */
const folder = join(__dirname, '../unit/runtime/core');
for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' }))
  if (name.endsWith('.test.ts')) jest.requireActual(join(folder, name));
