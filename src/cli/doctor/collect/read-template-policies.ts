import { findReferences, resolveValue } from '../../template/references';
import { asRecord, type Resource, type Template } from '../../template/template';
import type { DoctorFacts, PermissionFacts } from '../facts';
import { know, missOut } from '../finding';

const policyTypes = ['AWS::IAM::Policy', 'AWS::IAM::ManagedPolicy', 'AWS::IAM::RolePolicy'];
const actions = ['lambda:InvokeFunction', 'lambda:Invoke*', 'lambda:*', '*'];

/** Reads from the policies of a function's role whether it may invoke itself: unqualified, and by its versions. */
export function readTemplatePolicies(
  template: Template,
  id: string,
  resource: Resource,
): DoctorFacts['permissions'] {
  const statements = listStatementsOfRole(template, findReferences(resource.Properties.Role));
  if (statements === undefined) {
    const reason = "The function's role is not in the template, nor what it may do.";
    return missOut(reason, 'Grant it lambda:InvokeFunction on the function and on its versions.', 'warning');
  }
  return know(mayInvoke(statements, id));
}

/** Whether statements let somebody invoke a function: unqualified, and by its versions. */
export function mayInvoke(statements: readonly Resource['Properties'][], id: string): PermissionFacts[] {
  const resources = statements.flatMap((statement) => listInvocable(statement, id));
  const allows = (text: RegExp) => resources.some((resource) => text.test(resource));
  return [
    { resource: `${id}`, isAllowed: allows(/^(\*|(.*:function:)?FN\*?)$/), by: 'policy' },
    { resource: `${id}:*`, isAllowed: allows(/^(\*|(.*:function:)?FN:?\*)$/), by: 'policy' },
  ];
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
  const statements = listStatementsOfRole(template, findReferences(resource.Properties.Role));
  return statements && mayUse(statements, key, actions);
}

/**
 * Whether statements allow actions on something.
 *
 * @param id - its logical id, or its ARN or name
 * @param conditions - keys of conditions that are met
 */
export function mayUse(
  statements: readonly Resource['Properties'][],
  id: string,
  actions: readonly string[],
  conditions: readonly string[] = [],
): boolean {
  const isMet = (condition: unknown) =>
    Object.values(asRecord(condition)).every((test) =>
      Object.keys(asRecord(test)).every((key) => conditions.includes(key)),
    );
  const isMeant = ({ Resource: named }: Resource['Properties']) =>
    [named ?? []]
      .flat()
      .some((one) => one === '*' || String(one).includes(id) || findReferences(one).includes(id));
  const granted = statements
    .filter((one) => one.Effect === 'Allow' && isMet(one.Condition) && isMeant(one))
    .flatMap(({ Action }) => [Action ?? []].flat().map(String));
  return actions.every((action) => granted.some((pattern) => matches(pattern, action)));
}

/** `kms:*` and `kms:GenerateDataKey*` mean `kms:GenerateDataKey` as well. */
function matches(pattern: string, action: string): boolean {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`, 'i').test(action);
}

/** The statements of the role among these ids; undefined when it is not in the template. */
export function listStatementsOfRole(
  template: Template,
  ids: string | readonly string[],
): Resource['Properties'][] | undefined {
  const role = [...template.resources].find(
    ([roleId, { Type }]) => Type === 'AWS::IAM::Role' && [ids].flat().includes(roleId),
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

/** The statements of a policy. */
export function listStatements(document: unknown): Resource['Properties'][] {
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
