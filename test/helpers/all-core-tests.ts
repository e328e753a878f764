import { readdirSync } from 'node:fs';
import { join } from 'node:path';

/** The core's tests in one, for mutation testing: to start each of the files anew for every mutant takes longer than to run them. */
const folder = join(__dirname, '../unit/runtime/core');
for (const name of readdirSync(folder)) if (name.endsWith('.test.ts')) jest.requireActual(join(folder, name));
