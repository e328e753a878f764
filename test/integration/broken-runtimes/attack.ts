import { MemoryCheckpointStore } from '../../../src';
import { JobTestEnvironment } from '../../../src/testing';
import { ChargeCustomers, LEDGER } from '../../unit/testing/charge-job';
import { UnfencedStore } from './unfenced-store';

/** Explores a job on whatever runtime this file was bundled with. Long enough that it hands over by itself. */
export function attack(hasFence: boolean, maxRuns: number) {
  const env: JobTestEnvironment<ChargeCustomers> = JobTestEnvironment.create(ChargeCustomers, {
    input: { customers: ['ada', 'bob'] },
    providers: [{ token: LEDGER, useFactory: () => env.effects }],
    store: () => (hasFence ? new MemoryCheckpointStore() : new UnfencedStore()),
  });
  return env.explore({ handOffAfterEveryStep: true, maxRuns });
}
