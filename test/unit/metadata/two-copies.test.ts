import { times } from './define-job';

type Decorators = typeof import('../../../src/decorators');
type Metadata = typeof import('../../../src/metadata/read-job');

/** Loads the package once more, as an application does that gets it both by `import` and by `require`. */
function loadCopy(): Decorators & Metadata & { errors: typeof import('../../../src/errors') } {
  let copy = {};
  jest.isolateModules(() => {
    copy = {
      ...jest.requireActual<Decorators>('../../../src/decorators'),
      ...jest.requireActual<Metadata>('../../../src/metadata/read-job'),
      errors: jest.requireActual('../../../src/errors'),
    };
  });
  return copy as ReturnType<typeof loadCopy>;
}

const first = loadCopy();
const second = loadCopy();

describe('Two copies of the package', () => {
  it('Two copies of the package are two', () => {
    expect(first.readJob).not.toBe(second.readJob);
  });

  it('Two copies of the package read what the other has declared', () => {
    @first.LongRunning({ ...times, limits: { maxCostUsd: 2 } })
    class Reconcile {
      @first.State({ secret: true }) cursor = '';
      @first.Step({ once: true }) reconcilePage() {}
      @first.Terminate() isDone() {
        return true;
      }
    }
    expect(second.readJob(Reconcile)).toEqual(first.readJob(Reconcile));
    expect(second.readJob(Reconcile)).toMatchObject({
      name: 'Reconcile',
      steps: [{ method: 'reconcilePage', once: true }],
    });
  });

  it('Two copies of the package may both declare parts of one job', () => {
    class Base {
      @first.Step() readPage() {}
    }
    @second.LongRunning(times)
    class Reconcile extends Base {
      @second.Step() writePage() {}
      @first.Terminate() isDone() {
        return true;
      }
    }
    expect(first.readJob(Reconcile).steps.map(({ method }) => method)).toEqual(['readPage', 'writePage']);
  });

  it('Two copies of the package find the same faults', () => {
    @first.LongRunning({ safeMs: 1, intervalMs: 2 })
    class Reconcile {}
    const read = () => second.readJob(Reconcile);
    expect(read).toThrow(second.errors.InvalidJobError);
    expect(read).toThrow('has 3 faults');
  });
});
