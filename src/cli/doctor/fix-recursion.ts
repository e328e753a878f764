import { createInterface } from 'node:readline/promises';
import type { LambdaClient } from '@aws-sdk/client-lambda';
import { loadLambdaSdk } from '../../runtime/adapters/aws/aws-sdk';
import { CliError } from '../cli-error';
import type { ConsoleStreams } from '../console-streams';
import { checkRecursion } from './checks/check-recursion';
import { chooseFix } from './collect/try-to-read';
import type { DoctorFacts } from './facts';
import { know } from './reading';

/** What a fix is made with. */
interface FixParts {
  readonly lambda: LambdaClient;
  /** Name or ARN, without a qualifier. */
  readonly name: string;
  readonly mayAsk: boolean;
  readonly streams: ConsoleStreams;
}

/**
 * Sets the recursion setting to `Allow` where it is wrong, after asking.
 *
 * @returns whether it was changed
 * @throws CliError when there is nobody to ask, or when nothing would end the job then
 */
export async function fixRecursion(
  facts: DoctorFacts,
  { lambda, name, mayAsk, streams }: FixParts,
): Promise<boolean> {
  if (!isWrong(facts)) return false;
  refuseRogue({ ...facts, recursion: know('Allow') });
  if (mayAsk && !(await ask(`Set the recursion setting of ${name} to Allow?`, streams))) return false;
  const { PutFunctionRecursionConfigCommand } = await loadLambdaSdk();
  await lambda
    .send(new PutFunctionRecursionConfigCommand({ FunctionName: name, RecursiveLoop: 'Allow' }))
    .catch((cause: Error) => {
      const problem = `The recursion setting of ${name} could not be changed: ${cause.name}: ${cause.message}`;
      throw new CliError({ problem, fix: chooseFix(cause, 'lambda:PutFunctionRecursionConfig'), cause }, 1);
    });
  return true;
}

function isWrong(facts: DoctorFacts): boolean {
  return checkRecursion(facts).some(({ level, subject }) => level === 'error' && subject === 'recursion');
}

/** A job without fuses is safe only as long as AWS stops it. */
function refuseRogue(facts: DoctorFacts): void {
  const [fault] = checkRecursion(facts).filter(({ level }) => level === 'error');
  if (fault?.fix === undefined) return;
  throw new CliError({ problem: `--fix is refused, since then: ${fault.what}`, fix: fault.fix }, 1);
}

async function ask(question: string, { stdin, stderr, stdout }: ConsoleStreams): Promise<boolean> {
  if (stdout.isTTY !== true || (stdin as { isTTY?: boolean }).isTTY !== true) {
    throw new CliError({ problem: '--fix asks first, and there is no terminal.', fix: 'Add --yes.' });
  }
  stderr.write(`${question} (y/N): `);
  const reader = createInterface({ input: stdin });
  try {
    for await (const answer of reader) return /^y(es)?$/i.test(answer.trim());
    return false;
  } finally {
    reader.close();
  }
}
