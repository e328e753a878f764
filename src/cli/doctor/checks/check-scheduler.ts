import { readSettings } from '../../../handler/read-settings';
import type { DoctorFacts, SchedulerFacts } from '../facts';
import { approve, type Finding, refuse } from '../finding';
import { checkKnown, unwrap } from '../reading';

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
