import type { ScheduleInput } from '../scheduler/check-schedule';
import type { ScheduleHub } from '../scheduler/schedule-hub';
import { ApiError, type Operation, type RawRequest } from './operation';

type Act = (hub: ScheduleHub, request: RawRequest, name: string, isDuplicate: boolean) => object | undefined;

/** Method, path, name, and what it does. */
const operations: readonly (readonly [string, RegExp, string, Act])[] = [
  ['POST', /^\/schedules\/([^/]+)$/, 'CreateSchedule', createSchedule],
  [
    'GET',
    /^\/schedules\/([^/]+)$/,
    'GetSchedule',
    (hub, { query }, name) => hub.get(name, readGroup(query, 'groupName')),
  ],
  [
    'DELETE',
    /^\/schedules\/([^/]+)$/,
    'DeleteSchedule',
    (hub, { query }, name) => void hub.delete(name, readGroup(query, 'groupName')),
  ],
  ['GET', /^\/schedules()$/, 'ListSchedules', listSchedules],
  [
    'POST',
    /^\/schedule-groups\/([^/]+)$/,
    'CreateScheduleGroup',
    (hub, _request, name) => hub.createGroup(name),
  ],
  ['GET', /^\/schedule-groups\/([^/]+)$/, 'GetScheduleGroup', (hub, _request, name) => hub.getGroup(name)],
];

/** Recognises a request of EventBridge Scheduler; nothing when it is not one. */
export function findSchedulerOperation(hub: ScheduleHub, request: RawRequest): Operation | undefined {
  for (const [method, pattern, name, act] of operations) {
    const [, path] = (request.method === method && pattern.exec(request.path)) || [];
    if (path === undefined) continue;
    const target = decodeURIComponent(path);
    return {
      name,
      target,
      api: 'scheduler',
      run: (isDuplicate) => ({
        status: 200,
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify(act(hub, request, target, isDuplicate) ?? {}),
      }),
    };
  }
  return undefined;
}

/** A schedule that is to be delivered twice fires twice, as at-least-once delivery may do. */
function createSchedule(hub: ScheduleHub, { body }: RawRequest, name: string, isDuplicate: boolean): object {
  return hub.create(name, readInput(body), isDuplicate ? 2 : 1);
}

function listSchedules(hub: ScheduleHub, { query }: RawRequest): object {
  const [groupName, prefix] = [readGroup(query, 'ScheduleGroup'), query.get('NamePrefix')];
  return hub.list({ ...(groupName !== undefined && { groupName }), ...(prefix !== null && { prefix }) });
}

function readGroup(query: URLSearchParams, name: string): string | undefined {
  return query.get(name) ?? undefined;
}

function readInput(body: Buffer): ScheduleInput {
  try {
    return JSON.parse(body.toString() || '{}') as ScheduleInput;
  } catch (error) {
    throw new ApiError(
      400,
      'ValidationException',
      `Could not parse request body into json: ${String(error)}`,
    );
  }
}
