import { leastReceiveCount, recommendedVisibility } from '../../../runtime/core/execution/deployment-rules';
import type { DoctorFacts, MappingFacts, QueueFacts } from '../facts';
import { approve, type Finding, refuse, warn } from '../finding';
import { checkKnown, unwrap } from '../reading';

/** The longest message that SQS takes, in bytes. */
const fullMessageBytes = 1_048_576;

/** Checks the continuation queue, its dead-letter queue and its event source mapping. */
export function checkQueue({ queue, fn }: DoctorFacts): readonly Finding[] {
  return checkKnown(queue, (known) => {
    if (known === undefined) return [checkNone()];
    if (known === 'missing') {
      return [
        refuse(
          'queue',
          'BATON_QUEUE_URL names a queue that is not there.',
          'Correct BATON_QUEUE_URL, or create the queue.',
        ),
      ];
    }
    const timeoutMs = unwrap(fn)?.timeoutMs;
    return [
      ...checkVisibility(known, timeoutMs),
      ...checkMessageSize(known),
      ...checkDeadLetters(known),
      ...checkKnown(known.mappings, (mappings) => checkMappings(known, mappings)),
    ];
  });
}

function checkNone(): Finding {
  const what =
    'There is no queue: wait() cannot outlast an invocation, and a refused hand-off has no second way.';
  return warn('queue', what, 'Create a queue that invokes the function, and set BATON_QUEUE_URL.');
}

function checkVisibility({ name, visibilityMs }: QueueFacts, timeoutMs: number | undefined): Finding[] {
  if (visibilityMs === undefined)
    return [
      warn(
        'queue',
        `The visibility timeout of queue ${name} is known only when it is deployed.`,
        'Run baton doctor on the function then.',
      ),
    ];
  if (timeoutMs === undefined) return [];
  const about = `Queue ${name} hides a message for ${visibilityMs} ms`;
  const best = recommendedVisibility * timeoutMs;
  if (visibilityMs < timeoutMs) {
    const what = `${about}, and the time-out is ${timeoutMs} ms: a message comes back while it is still worked on.`;
    return [
      refuse('queue', what, `Set its visibility timeout to ${timeoutMs} ms at least, better ${best} ms.`),
    ];
  }
  if (visibilityMs >= Math.min(best, 43_200_000)) return [approve('queue', `${about}.`)];
  const what = `${about}, less than ${recommendedVisibility} time-outs: throttled messages use up their receipts.`;
  return [warn('queue', what, `Set its visibility timeout to ${best} ms, as AWS recommends.`)];
}

/** Lambda takes as much: what fits the one channel has to fit the other. */
function checkMessageSize({ name, maxMessageBytes }: QueueFacts): Finding[] {
  if (maxMessageBytes === undefined) return [];
  if (maxMessageBytes >= fullMessageBytes)
    return [approve('queue', `It takes messages up to ${maxMessageBytes} bytes.`)];
  const what = `Queue ${name} takes messages up to ${maxMessageBytes} bytes: a larger continuation, which Lambda would take, cannot wait in it.`;
  return [warn('queue', what, `Set its MaximumMessageSize to ${fullMessageBytes}.`)];
}

function checkDeadLetters({ name, deadLetters }: QueueFacts): Finding[] {
  if (deadLetters === undefined) {
    const what = `Queue ${name} has no dead-letter queue: a continuation that fails every time vanishes, and its execution with it.`;
    return [refuse('queue', what, `Give it a redrive policy with maxReceiveCount ${leastReceiveCount}.`)];
  }
  const { maxReceiveCount } = deadLetters;
  if (maxReceiveCount === undefined) return [approve('queue', 'Its dead letters are kept.')];
  if (maxReceiveCount >= leastReceiveCount)
    return [approve('queue', `Its dead letters are kept after ${maxReceiveCount} receipts.`)];
  const what = `Queue ${name} gives up after ${maxReceiveCount} receipts: throttles alone send continuations to the dead-letter queue.`;
  return [refuse('queue', what, `Set maxReceiveCount to ${leastReceiveCount} or more.`)];
}

function checkMappings({ name }: QueueFacts, mappings: readonly MappingFacts[]): Finding[] {
  const own = mappings.filter(({ isOfFunction }) => isOfFunction);
  const foreign = mappings
    .filter(({ isOfFunction }) => !isOfFunction)
    .map((mapping) => checkForeign(name, mapping));
  if (own.length > 0) return [...foreign, ...own.flatMap((mapping) => checkMapping(mapping))];
  const what = `Queue ${name} invokes nothing: what waits in it never goes on.`;
  return [
    ...foreign,
    refuse(
      'event source',
      what,
      'Create an event source mapping to the function, batch size 1, with ReportBatchItemFailures.',
    ),
  ];
}

function checkForeign(name: string, { target }: MappingFacts): Finding {
  const what = `Queue ${name} invokes ${target} as well, which takes continuations away from this function.`;
  return refuse(
    'event source',
    what,
    'Delete that event source mapping, or give each function a queue of its own.',
  );
}

function checkMapping({ target, isEnabled, batchSize, reportsFailures }: MappingFacts): Finding[] {
  const findings = [
    ...(isEnabled
      ? []
      : [
          refuse(
            'event source',
            `The event source mapping to ${target} is not enabled: what waits never goes on.`,
            'Enable it.',
          ),
        ]),
    ...(reportsFailures
      ? []
      : [
          refuse(
            'event source',
            `The event source mapping to ${target} does not read batchItemFailures: what failed or was handed back unstarted is deleted.`,
            'Set its FunctionResponseTypes to ReportBatchItemFailures.',
          ),
        ]),
    ...(batchSize === 1
      ? []
      : [
          warn(
            'event source',
            `The event source mapping to ${target} delivers up to ${batchSize} messages at once: executions wait for one another.`,
            'Set its batch size to 1.',
          ),
        ]),
  ];
  return findings.length > 0
    ? findings
    : [approve('event source', `${target}, one message at a time, each acknowledged on its own.`)];
}
