import { sweepVariable } from '../../template/choose-function';
import { findReferences, listNames } from '../../template/references';
import { asRecord, listResources, type Resource, type Template } from '../../template/template';

const scheduleTypes = ['AWS::Events::Rule', 'AWS::Scheduler::Schedule'];

/** Whether a template has a function that sweeps the executions of this one, and a schedule that calls it. */
export function isSweptByTemplate(template: Template, functionId: string): boolean {
  const names = listNames(template, functionId);
  const sweepers = listResources(template, 'AWS::Lambda::Function')
    .filter(([, { Properties }]) => findReferences(readVariable(Properties)).some((id) => names.includes(id)))
    .map(([id]) => id);
  return scheduleTypes
    .flatMap((type) => listResources(template, type))
    .some(([, { Properties }]) =>
      findReferences([Properties.Targets, Properties.Target]).some((id) => sweepers.includes(id)),
    );
}

function readVariable({ Environment }: Resource['Properties']): unknown {
  return asRecord(asRecord(Environment).Variables)[sweepVariable];
}
