import { LongRunning, Step, Terminate } from '../../../src/decorators';
import { readJob } from '../../../src/metadata/read-job';
import { times } from './define-job';
import { faultsOf } from './faults-of';

/** A job whose class has the given name, as minifiers and compilers leave it. */
function defineNamed(className: unknown, name?: string): new () => object {
  class Anything {
    @Step() reconcilePage() {}
    @Terminate() isDone() {
      return true;
    }
  }
  Object.defineProperty(Anything, 'name', { value: className });
  LongRunning({ ...times, ...(name !== undefined && { name }) })(Anything);
  return Anything;
}

const fix =
  "→ Add name: 'a-name-of-its-own' to the options of @LongRunning, or have the bundler keep class names (esbuild: keepNames).";

describe("A job's name", () => {
  it.each(['Job', 'ETL', 'ReconcilePayments', 'ReconcileV2', 'BackfillS3', 'Phase1', 'A1Import'])(
    "A job's name is the class name by default: %s",
    (className) => {
      expect(readJob(defineNamed(className)).name).toBe(className);
    },
  );

  it.each(['a', '0', 'reconcile-payments', 'team.reconcile_2', 'R'.repeat(64)])(
    "A job's name is the given one, whatever the class is called: %s",
    (name) => {
      expect(readJob(defineNamed('', name)).name).toBe(name);
    },
  );

  it.each([
    ['', 'an anonymous class'],
    ['e', 'class e'],
    ['ab', 'class ab'],
    ['q4t', 'class q4t'],
    ['aBc', 'class aBc'],
    [() => 'a static method', 'an anonymous class'],
  ])("A job's name is never a class name that is missing or may be minified: %s", (className, label) => {
    const problem = `@LongRunning on ${label}: the class name is too short to be the job's name (a minifier may have changed it).`;
    expect(faultsOf(defineNamed(className))).toEqual([`${problem}\n${fix}`]);
  });

  it.each(['Sync2', 'Sync3', 'Sync14', 'SyncV22', 'Sync_2'])(
    "A job's name is never a class name that a bundler numbers: %s",
    (className) => {
      const problem = `@LongRunning on class ${className}: the class name ends in a number, as bundlers name a class whose name another one has; the next build may number it differently.`;
      expect(faultsOf(defineNamed(className))).toEqual([`${problem}\n${fix}`]);
    },
  );

  it.each(['_Reconcile', '$Reconcile', 'Überweisung', 'R'.repeat(65)])(
    "A job's name is never a class name with other characters: %s",
    (className) => {
      const problem = `@LongRunning on class ${className}: the class name cannot be the job's name: that is a letter or digit, then up to 63 letters, digits, dots, underscores or hyphens.`;
      expect(faultsOf(defineNamed(className))).toEqual([`${problem}\n${fix}`]);
    },
  );
});
