import { FuseBlownError, InvalidDirectiveError } from '../../errors';
import { writeItems } from '../among/children-store';
import type { Batch, ChildItem } from '../core/execution/among';
import { checkChildren } from '../core/execution/children';
import {
  needsStoreError,
  type StartChildrenDirective,
  withPreparedBatch,
} from '../core/execution/directives';
import { isUsableId } from '../core/message/arrival';
import { nameChild, unknownJob } from '../core/record/fresh';
import { copyJson } from '../core/state/copy-json';
import type { Invocation } from './invocation';
import { tryToRead } from './news';

const defaultDepth = 3;

/**
 * Prepares what a step has asked for: checks it, and keeps its items apart.
 *
 * @throws InvalidDirectiveError, UnserializableStateError, FuseBlownError
 */
export async function prepareChildren(
  invocation: Invocation,
  method: string,
  directive: StartChildrenDirective,
): Promise<StartChildrenDirective> {
  const { plan, journal, execution, collaborators } = invocation;
  if (journal === undefined || collaborators.store === undefined)
    throw needsStoreError(plan, method, 'startChildren');
  const { items, concurrency, maxFailures } = checkChildren(plan, method, directive);
  const depth = (journal.parent?.depth ?? 0) + 1;
  const maxDepth = plan.limits.maxDepth ?? defaultDepth;
  if (depth > maxDepth) throw tooDeepError(plan.name, execution.executionId, depth, maxDepth);
  const number = (execution.among?.children?.number ?? 0) + 1;
  const copied = items.map(({ id, input }, index): ChildItem => {
    if (!isUsableId(nameChild(execution.executionId, number, id))) throw tooLongError(plan.name, method, id);
    return { id, input: copyJson(`items[${index}].input`, input) ?? null };
  });
  const { functionName } = directive;
  const batch: Batch = {
    ...{ number, epoch: journal.epoch, total: copied.length, next: 0, running: [], due: [] },
    ...{ completed: 0, failed: 0, cancelled: 0, failures: [], concurrency, maxFailures, step: method },
    job: nameJob(invocation, method, directive),
    ...(functionName !== undefined && { functionName }),
  };
  await tryToRead(invocation, (tools) =>
    writeItems(tools, execution.executionId, batch, copied, expiry(invocation)),
  );
  invocation.facts.items = copied;
  return withPreparedBatch(directive, batch);
}

/** The name of the job that the children run: of a class that this handler hosts, or as the other function knows it. */
function nameJob(
  { hosted, plan }: Invocation,
  method: string,
  { job, functionName }: StartChildrenDirective,
): string {
  if (functionName !== undefined) return typeof job === 'string' ? job : nameClass(hosted, job) || unknownJob;
  const name =
    typeof job === 'string' ? hosted.find((one) => one.name === job)?.name : nameClass(hosted, job);
  if (name !== undefined) return name;
  throw new InvalidDirectiveError({
    problem: `Step ${method} of job ${plan.name} starts children of a job that this handler does not host.`,
    fix: 'Write createHandler([Parent, Child]), or name the function that runs them: functionName.',
    details: { method },
  });
}

/** A class may stand for another one that is observed in a test. */
function nameClass(hosted: Invocation['hosted'], job: unknown): string | undefined {
  if (typeof job !== 'function') return undefined;
  const isIt = (own: { readonly prototype: object }) => own === job || own.prototype instanceof job;
  return (hosted.find(({ jobClass }) => jobClass === job) ?? hosted.find(({ jobClass }) => isIt(jobClass)))
    ?.name;
}

function tooDeepError(job: string, executionId: string, actual: number, allowed: number): FuseBlownError {
  return new FuseBlownError({
    problem: `Execution ${executionId} of job ${job} would have children at depth ${actual}; limits.maxDepth is ${allowed}.`,
    fix: 'Look at why children start children; raise limits.maxDepth if the work is really that deep.',
    details: { limit: 'maxDepth', allowed, actual },
  });
}

function tooLongError(job: string, method: string, id: string): InvalidDirectiveError {
  return new InvalidDirectiveError({
    problem: `Step ${method} of job ${job} cannot start child ${id}: its execution's id would be longer than 256 characters.`,
    fix: 'Give the parent a shorter id, or the children.',
    details: { method },
  });
}

/** Items and children are kept as long as a finished execution is, in milliseconds. */
const keptForMs = 30 * 24 * 3_600_000;

export function expiry({ collaborators, plan }: Invocation): number {
  return collaborators.clock.now() + plan.limits.maxDurationMs + keptForMs;
}
