// Prints how much processor time an empty step of a build takes, in µs: in a process of its own, since the compiler's luck is one for each.
import { pathToFileURL } from 'node:url';
import { smallState } from '../copy-state.mjs';
import { defineJob } from './define-job.mjs';
import { roomyContext } from './measure.mjs';

const steps = 50_000;
const rounds = 8;
const library = await import(pathToFileURL(process.argv[2]).href);
const handler = library.createHandler(defineJob(smallState(), steps, {}, library));
const timesUs = [];
for (let round = 0; round < rounds; round += 1) {
  const before = process.cpuUsage();
  await handler({}, roomyContext());
  const { user, system } = process.cpuUsage(before);
  timesUs.push((user + system) / steps);
}
console.log(Math.min(...timesUs));
