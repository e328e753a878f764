import { getMetadataStorage, IsInt, Min, useContainer, validateSync } from 'class-validator';
import { readJob } from '../../../src/metadata/read-job';
import { defineJob, defineJobWith } from './define-job';
import { faultsOf } from './faults-of';

class Order {
  @IsInt()
  @Min(1)
  amount = 0;
}

describe("The application's own use of class-validator", () => {
  afterEach(() => useContainer(undefined as never));

  it("The application's own use of class-validator shares its storage with lambda-baton, and its classes stay as they are", () => {
    readJob(defineJob({}));
    expect(validateSync(new Order())).toMatchObject([
      { property: 'amount', constraints: { min: 'amount must not be less than 1' } },
    ]);
    expect(validateSync(Object.assign(new Order(), { amount: 2 }))).toEqual([]);
  });

  it("The application's own use of class-validator makes a class that class-validator knows an input", () => {
    expect(readJob(defineJobWith({ input: Order })).input).toBe(Order);
  });

  it("The application's own use of class-validator may have a container that knows nothing of our rules", () => {
    useContainer({ get: () => undefined as never });
    expect(faultsOf(defineJob({}))).toEqual([]);
    expect(faultsOf(defineJobWith({ version: 0 }))).toHaveLength(1);
  });

  it("The application's own use of class-validator may have a container that throws", () => {
    useContainer({
      get() {
        throw new Error('not registered');
      },
    });
    expect(faultsOf(defineJob({ step: { once: 1 } }))).toHaveLength(1);
  });

  it("The application's own use of class-validator may replace the global storage, and our checks stay on", () => {
    const scope = globalThis as { classValidatorMetadataStorage?: unknown };
    const storage = getMetadataStorage();
    scope.classValidatorMetadataStorage = undefined;
    try {
      expect(faultsOf(defineJob({ job: { safeMs: -1, intervalMs: -1 } }))).toHaveLength(2);
    } finally {
      scope.classValidatorMetadataStorage = storage;
    }
  });
});
