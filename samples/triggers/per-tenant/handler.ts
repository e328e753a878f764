import { createHandler } from 'lambda-baton';
import { BookUpload, CloseDay } from './job';
import { FileLedger, LEDGER } from './ledger';

/** In a file of its own: with `concurrency` a handler needs a store when it is created, and a test of the jobs has none then. */
export const handler = createHandler([BookUpload, CloseDay], {
  providers: [{ token: LEDGER, useFactory: () => FileLedger.fromEnvironment() }],
});
