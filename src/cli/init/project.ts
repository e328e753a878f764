import type { DeployTool } from '../arguments/parse-init-options';

/** What is made by `baton init`. */
export interface Project {
  /** Absolute path. */
  readonly directory: string;
  /** Name of the job class. */
  readonly jobName: string;
  readonly deploy: DeployTool;
}
