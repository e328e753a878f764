import {
  type JobTestOptions,
  MemoryCheckpointStore,
  JobTestEnvironment as QuietEnvironment,
} from '../../src/testing/index';
import { configuration } from './configuration';

/** It is explored in no mode: a few runs, as a sign that it still can be. */
const exploredRuns = 4;

type JobClass = Parameters<typeof QuietEnvironment.create>[0];

/** The testing kit as the tests of a hostile configuration get it: its environments run in the mode of the same name, but for what they explore. */
export * from '../../src/testing/index';
export const JobTestEnvironment = {
  create(jobClass: JobClass, options: JobTestOptions = {}): QuietEnvironment<object> {
    const { handsOff, isByQueue, isTwice, hasStore } = configuration;
    const store = () => new MemoryCheckpointStore();
    const env = QuietEnvironment.create(jobClass, { ...(hasStore ? { store } : {}), ...options });
    const run = env.run.bind(env);
    const modes = { handOffAfterEveryStep: handsOff, sqsOnly: isByQueue, deliverEverythingTwice: isTwice };
    env.run = (more = {}) => run(more.schedule === undefined ? { ...modes, ...more } : more);
    const explore = env.explore.bind(env);
    env.explore = (wishes = {}) => explore({ ...wishes, maxRuns: exploredRuns });
    return env;
  },
};
