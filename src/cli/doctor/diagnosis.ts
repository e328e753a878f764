import { checkFacts } from './check-facts';
import type { DoctorFacts } from './facts';
import type { Finding } from './finding';
import { unwrap } from './reading';

/** What `baton doctor` prints with `--json`. */
export interface Diagnosis {
  /** Name, or name and qualifier. */
  readonly function: string;
  readonly errorCount: number;
  readonly warningCount: number;
  /** Errors first, then warnings. */
  readonly findings: readonly Finding[];
  /** What `--fix` has changed. */
  readonly fixed: readonly 'recursion'[];
}

/** Checks facts, and counts. */
export function diagnose(asked: string, facts: DoctorFacts, fixed: Diagnosis['fixed'] = []): Diagnosis {
  const findings = checkFacts(facts);
  const count = (level: Finding['level']) => findings.filter((finding) => finding.level === level).length;
  const fn = unwrap(facts.fn);
  const name = fn === undefined ? asked : [fn.name, fn.qualifier].filter(Boolean).join(':');
  return { function: name, errorCount: count('error'), warningCount: count('warning'), findings, fixed };
}
