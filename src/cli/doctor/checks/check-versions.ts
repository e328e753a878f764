import { readSettings } from '../../../runtime/read-settings';
import type { DoctorFacts } from '../facts';
import { approve, type Finding, warn } from '../finding';
import { judgeKnown, unwrap } from '../reading';

/** Judges whether executions end on the code that they began with. */
export function checkVersions({ fn, job, environment }: DoctorFacts): readonly Finding[] {
  const ofEnvironment = unwrap(environment);
  const continueOn = unwrap(job)?.continueOn ?? (ofEnvironment && readSettings(ofEnvironment).settings.continueOn) ?? 'pinned';
  return judgeKnown(fn, ({ name, qualifier, version }) => {
    if (continueOn === 'latest') {
      return [
        warn(
          'versions',
          'Executions change to other code when it is deployed (continueOn latest).',
          'Leave continueOn pinned, or see that each version reads the state of the one before.',
        ),
      ];
    }
    if (version !== '$LATEST')
      return [approve('versions', `Executions that begin on ${qualifier ?? version} end on the version they began with (now ${version}).`)];
    const what = `Executions are to stay on the version they began with, and ${qualifier === undefined ? `${name} without a qualifier` : qualifier} is $LATEST, which every deployment changes.`;
    return [warn('versions', what, 'Publish a version, start executions by an alias of it, and ask about that: baton doctor NAME:ALIAS.')];
  });
}
