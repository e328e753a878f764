import { findReferences } from '../../template/references';
import { resolveValue } from '../../template/resolve-value';
import { asRecord, type Resource, type Template } from '../../template/template';
import type { DoctorFacts } from '../facts';
import { know, missOut } from '../reading';

const policyTypes = ['AWS::IAM::Policy', 'AWS::IAM::ManagedPolicy', 'AWS::IAM::RolePolicy'];
const actions = ['lambda:InvokeFunction', 'lambda:Invoke*', 'lambda:*', '*'];

/** Reads from the policies of a function's role whether it may invoke itself: unqualified, and by its versions. */
export function readTemplatePolicies(
  template: Template,
  id: string,
  resource: Resource,
): DoctorFacts['permissions'] {
  const statements = listStatementsOfRole(template, resource);
  if (statements === undefined) {
    const reason = "The function's role is not in the template, nor what it may do.";
    return missOut(reason, 'Grant it lambda:InvokeFunction on the function and on its versions.', 'warning');
  }
  const resources = statements.flatMap((statement) => listInvocable(statement, id));
  const allows = (text: RegExp) => resources.some((resource) => text.test(resource));
  return know([
    { resource: `${id}`, isAllowed: allows(/^(\*|(.*:function:)?FN\*?)$/), by: 'policy' },
    { resource: `${id}:*`, isAllowed: allows(/^(\*|(.*:function:)?FN:?\*)$/), by: 'policy' },
  ]);
}

/**
 * Whether the policies of a function's role allow actions on a key; undefined when the role is not in the template.
 *
 * @param key - logical id of the key, or its ARN or id
 */
export function mayUseKey(
  template: Template,
  resource: Resource,
  key: string,
  actions: readonly string[],
): boolean | undefined {
  const statements = listStatementsOfRole(template, resource)?.filter(
    ({ Effect, Condition }) => Effect === 'Allow' && Condition === undefined,
  );
  const isOnKey = ({ Resource: named }: Resource['Properties']) =>
    [named ?? []]
      .flat()
      .some((one) => one === '*' || String(one).includes(key) || findReferences(one).includes(key));
  const granted = statements?.filter(isOnKey).flatMap(({ Action }) => [Action ?? []].flat().map(String));
  return granted && actions.every((action) => granted.some((pattern) => matches(pattern, action)));
}

/** `kms:*` and `kms:GenerateDataKey*` mean `kms:GenerateDataKey` as well. */
function matches(pattern: string, action: string): boolean {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`, 'i').test(action);
}

/** Undefined when the role is not in the template. */
function listStatementsOfRole(
  template: Template,
  { Properties }: Resource,
): Resource['Properties'][] | undefined {
  const role = [...template.resources].find(
    ([roleId, { Type }]) => Type === 'AWS::IAM::Role' && findReferences(Properties.Role).includes(roleId),
  );
  if (role === undefined) return undefined;
  const [roleId, { Properties: ofRole }] = role;
  const inline = [ofRole.Policies ?? []].flat().map((policy) => asRecord(policy).PolicyDocument);
  return [...inline, ...listAttached(template, roleId)].flatMap(listStatements);
}

function listAttached({ resources }: Template, roleId: string): unknown[] {
  return [...resources.values()]
    .filter(
      ({ Type, Properties }) =>
        policyTypes.includes(Type) &&
        findReferences([Properties.Roles, Properties.RoleName]).includes(roleId),
    )
    .map(({ Properties }) => Properties.PolicyDocument);
}

function listStatements(document: unknown): Resource['Properties'][] {
  return [asRecord(document).Statement ?? []].flat().map(asRecord);
}

/** The resources that a statement lets invoke, with `FN` for the function; none of a statement under a condition. */
function listInvocable(
  { Effect, Action, Resource, Condition }: Resource['Properties'],
  id: string,
): string[] {
  const isMeant = [Action ?? []].flat().some((action) => actions.includes(String(action)));
  if (Effect !== 'Allow' || Condition !== undefined || !isMeant) return [];
  return [Resource ?? []].flat().flatMap((resource) => {
    const resolved = resolveValue(resource, (name, attribute) => (name === id ? 'FN' : (attribute ?? name)));
    return 'text' in resolved ? [resolved.text] : [];
  });
}
