import { findReferences } from '../../template/references';
import { resolveValue } from '../../template/resolve-value';
import { asRecord, type Resource, type Template } from '../../template/template';
import type { DoctorFacts } from '../facts';
import { know, missOut } from '../reading';

const policyTypes = ['AWS::IAM::Policy', 'AWS::IAM::ManagedPolicy', 'AWS::IAM::RolePolicy'];
const actions = ['lambda:InvokeFunction', 'lambda:Invoke*', 'lambda:*', '*'];

/** Reads from the policies of a function's role whether it may invoke itself: unqualified, and by its versions. */
export function readTemplatePolicies(template: Template, id: string, { Properties }: Resource): DoctorFacts['permissions'] {
  const role = [...template.resources].find(
    ([roleId, { Type }]) => Type === 'AWS::IAM::Role' && findReferences(Properties.Role).includes(roleId),
  );
  if (role === undefined) {
    const reason = "The function's role is not in the template, nor what it may do.";
    return missOut(reason, 'Grant it lambda:InvokeFunction on the function and on its versions.', 'warning');
  }
  const [roleId, { Properties: ofRole }] = role;
  const documents = [...[ofRole.Policies ?? []].flat().map((policy) => asRecord(policy).PolicyDocument), ...listAttached(template, roleId)];
  const resources = documents.flatMap(listStatements).flatMap((statement) => listInvocable(statement, id));
  const allows = (text: RegExp) => resources.some((resource) => text.test(resource));
  return know([
    { resource: `${id}`, isAllowed: allows(/^(\*|(.*:function:)?FN\*?)$/), by: 'policy' },
    { resource: `${id}:*`, isAllowed: allows(/^(\*|(.*:function:)?FN:?\*)$/), by: 'policy' },
  ]);
}

function listAttached({ resources }: Template, roleId: string): unknown[] {
  return [...resources.values()]
    .filter(
      ({ Type, Properties }) => policyTypes.includes(Type) && findReferences([Properties.Roles, Properties.RoleName]).includes(roleId),
    )
    .map(({ Properties }) => Properties.PolicyDocument);
}

function listStatements(document: unknown): Resource['Properties'][] {
  return [asRecord(document).Statement ?? []].flat().map(asRecord);
}

/** The resources that a statement lets invoke, with `FN` for the function; none of a statement under a condition. */
function listInvocable({ Effect, Action, Resource, Condition }: Resource['Properties'], id: string): string[] {
  const isMeant = [Action ?? []].flat().some((action) => actions.includes(String(action)));
  if (Effect !== 'Allow' || Condition !== undefined || !isMeant) return [];
  return [Resource ?? []].flat().flatMap((resource) => {
    const resolved = resolveValue(resource, (name, attribute) => (name === id ? 'FN' : (attribute ?? name)));
    return 'text' in resolved ? [resolved.text] : [];
  });
}
