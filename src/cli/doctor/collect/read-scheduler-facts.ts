import { loadSchedulerSdk } from '../../../runtime/adapters/aws/aws-sdk';
import type { SchedulerSettings } from '../../../runtime/adapters/scheduler/scheduler-sender';
import { findReferences } from '../../template/references';
import { asRecord, type Resource, type Template } from '../../template/template';
import type { SchedulerFacts } from '../facts';
import { listStatements, listStatementsOfRole, mayInvoke, mayUse } from './read-template-policies';
import { orMissing } from './try-to-read';

const service = 'scheduler.amazonaws.com';
const defaultGroup = 'default';

/** Reads from AWS whether the group is there. Roles and policies are not read: that would take a client of IAM. */
export async function readScheduler(
  { roleArn: role, group = defaultGroup }: SchedulerSettings,
  region: string | undefined,
): Promise<SchedulerFacts> {
  const { SchedulerClient, GetScheduleGroupCommand } = await loadSchedulerSdk();
  const client = new SchedulerClient(region === undefined ? {} : { region });
  try {
    const found = await orMissing(client.send(new GetScheduleGroupCommand({ Name: group })));
    return { ...unseen, role, group, isGroupThere: found !== 'missing' };
  } finally {
    client.destroy();
  }
}

const unseen = {
  isRoleTrusting: undefined,
  mayRoleInvoke: undefined,
  mayCreate: undefined,
  mayPassRole: undefined,
};

/** Reads from a template what its long waits go by; undefined when they do not go by schedules. */
export function readTemplateScheduler(
  template: Template,
  id: string,
  fn: Resource,
  { BATON_SCHEDULER_ROLE_ARN: roleArn, BATON_SCHEDULER_GROUP: groupName }: Readonly<Record<string, unknown>>,
): SchedulerFacts | undefined {
  if (!roleArn) return undefined;
  const [role = String(roleArn)] = findReferences(roleArn);
  const group = groupName ? (findReferences(groupName)[0] ?? String(groupName)) : defaultGroup;
  const found = template.resources.get(role);
  const ofRole = found && listStatementsOfRole(template, role);
  const ofFunction = listStatementsOfRole(template, findReferences(fn.Properties.Role));
  return {
    role,
    group,
    isGroupThere: template.resources.has(group) || group === defaultGroup ? true : undefined,
    isRoleTrusting: found && listStatements(found.Properties.AssumeRolePolicyDocument).some(isTrusting),
    mayRoleInvoke: ofRole && mayInvoke(ofRole, id).every(({ isAllowed }) => isAllowed),
    mayCreate: ofFunction && mayUse(ofFunction, group, ['scheduler:CreateSchedule']),
    mayPassRole: ofFunction && mayUse(ofFunction, role, ['iam:PassRole'], ['iam:PassedToService']),
  };
}

function isTrusting({ Effect, Principal, Action }: Resource['Properties']): boolean {
  const services = [asRecord(Principal).Service ?? []].flat();
  return Effect === 'Allow' && services.includes(service) && [Action].flat().includes('sts:AssumeRole');
}
