import { createInterface } from 'node:readline/promises';
import type { LambdaClient } from '@aws-sdk/client-lambda';
import { readSettings } from '../../handler/read-settings';
import { loadLambdaSdk } from '../../runtime/adapters/aws/clients';
import { sharedStoreVariables } from '../../runtime/adapters/store/stores';
import {
  describeOutlasting,
  hasNoFuse,
  outlastsRecursion,
} from '../../runtime/core/execution/deployment-rules';
import { CliError, type ConsoleStreams } from '../command';
import { chooseFix } from './collect/try-to-read';
import { type DoctorFacts, listJobs } from './facts';
import { approve, checkKnown, type Finding, know, refuse, unwrap, warn } from './finding';

/** The longest time-out of a function, that of Managed Instances, in milliseconds. */
const maxTimeoutMs = 5_400_000;

/** Checks the recursion setting, and what ends a job instead of it. */
export function checkRecursion(facts: DoctorFacts): readonly Finding[] {
  return checkKnown(facts.recursion, (setting) =>
    setting === 'Allow' ? checkFuses(facts) : checkTerminate(facts),
  );
}

function checkTerminate({ job, environment }: DoctorFacts): Finding[] {
  const jobs = listJobs(job);
  const known = jobs.find(({ limits }) => outlastsRecursion(limits)) ?? jobs[0];
  if (known && !outlastsRecursion(known.limits)) {
    const { maxInvocations } = known.limits;
    return [
      approve(
        'recursion',
        `The setting is Terminate, and job ${known.name} ends after ${maxInvocations} invocations at most.`,
      ),
    ];
  }
  const variables = unwrap(environment);
  const hasStore = variables !== undefined && readSettings(variables).settings.store !== undefined;
  const what = `The setting is Terminate: ${describeOutlasting(hasStore)}.`;
  return [
    refuse('recursion', what, 'Set it to Allow (RecursiveLoop: Allow), or let baton doctor --fix do it.'),
  ];
}

function checkFuses(facts: DoctorFacts): Finding[] {
  const fn = unwrap(facts.fn);
  const endless =
    fn && listJobs(facts.job).find(({ limits }) => hasNoFuse(limits, fn.timeoutMs ?? maxTimeoutMs));
  if (endless) {
    const { maxInvocations, maxDurationMs } = endless.limits;
    const what = `The setting is Allow, and job ${endless.name} has no fuse that would end it within a year (maxInvocations ${maxInvocations}, maxDurationMs ${maxDurationMs}).`;
    return [
      refuse(
        'fuses',
        what,
        'Set limits.maxInvocations, limits.maxDurationMs or limits.maxCostUsd in @LongRunning.',
      ),
    ];
  }
  const allowed = approve('recursion', 'The setting is Allow.');
  return [allowed, ...checkCounting(facts)];
}

/** Limits that are counted in a continuation alone are those of whoever writes it. */
function checkCounting({ environment }: DoctorFacts): readonly Finding[] {
  return checkKnown(environment, (variables) => {
    const { store, signingKeys } = readSettings(variables).settings;
    if (store !== undefined || signingKeys.length > 0) return [];
    const what =
      'No variable names a store or a signing key: the limits are counted in continuations that anybody who may invoke the function can write.';
    return [
      warn(
        'fuses',
        what,
        `Set ${sharedStoreVariables}, or BATON_SIGNING_KEY, unless the code provides a store.`,
      ),
    ];
  });
}

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
