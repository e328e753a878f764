import { readSettings } from '../../../handler/read-settings';
import { leastReceiveCount, recommendedVisibility } from '../../../runtime/core/execution/deployment-rules';
import type { DoctorFacts, MappingFacts, QueueFacts, SchedulerFacts } from '../facts';
import { approve, checkKnown, type Finding, refuse, unwrap, warn } from '../finding';

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

const service = 'scheduler.amazonaws.com';

/** Checks what waits of more than 15 minutes go by: the group, the role that wakes, and what the function may do. */
export function checkScheduler({ scheduler, environment }: DoctorFacts): readonly Finding[] {
  if (scheduler === undefined) return [];
  return checkKnown(scheduler, (known) => {
    if (known !== undefined) return checkSchedules(known);
    const variables = unwrap(environment);
    return variables === undefined || readSettings(variables).settings.store === undefined ? [] : [hint];
  });
}

const hint: Finding = {
  ...approve(
    'schedules',
    'There are none: a wait of more than 15 minutes is a message for every 15 minutes.',
  ),
  fix: 'To make it one schedule, set BATON_SCHEDULER_ROLE_ARN, or leave scheduler: false out of LongRunningFunction.',
};

function checkSchedules(facts: SchedulerFacts): readonly Finding[] {
  const { role, group } = facts;
  const wrong = [
    facts.isGroupThere === false &&
      refuse(
        'schedules',
        `BATON_SCHEDULER_GROUP names the schedule group ${group}, which is not there.`,
        'Create it, or leave the variable out.',
      ),
    facts.isRoleTrusting === false &&
      refuse(
        'schedules',
        `Role ${role} cannot be assumed by EventBridge Scheduler: no schedule can be made with it.`,
        `Let ${service} assume it, under the condition aws:SourceAccount.`,
      ),
    facts.mayRoleInvoke === false &&
      refuse(
        'schedules',
        `No policy lets role ${role} invoke the function and its versions: executions that wait for long do not wake.`,
        'Grant it lambda:InvokeFunction on the unqualified ARN and on ARN:*.',
      ),
    facts.mayCreate === false &&
      refuse(
        'schedules',
        `No policy lets the function make schedules in group ${group}.`,
        `Grant it scheduler:CreateSchedule on schedule/${group}/*.`,
      ),
    facts.mayPassRole === false &&
      refuse(
        'schedules',
        `No policy lets the function pass role ${role} to EventBridge Scheduler.`,
        `Grant it iam:PassRole on that role, under the condition iam:PassedToService ${service}.`,
      ),
  ].filter((finding) => finding !== false);
  if (wrong.length > 0) return wrong;
  const isSeen = facts.isRoleTrusting !== undefined && facts.mayCreate !== undefined;
  const well = approve('schedules', `Long waits go by schedules in group ${group}.`);
  if (isSeen) return [well];
  const fix = `Policies were not read: see that ${service} may assume role ${role}, that it may invoke the function, and that the function may make schedules and pass it.`;
  return [{ ...well, fix }];
}
