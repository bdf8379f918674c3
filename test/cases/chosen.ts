/** Which of the filters' cases are run: all, or those of the files that the command line named (run.ts). */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { filterNames } from "../../cli/cases/filter.ts";
import { readAll } from "../../cli/cases/run.ts";
import type { Case } from "../../cli/cases/types.ts";
import { ROOT } from "../setup/common.ts";

/** Environment variable: JSON list of case files, relative to the root of the checkout. Unset: all. */
export const CASES = "POINTDUTY_CASES";

/** Whether only some case files were asked for: then nothing but them is of interest. */
export const narrowed = process.env[CASES] !== undefined;

/** The cases of a filter. */
export interface FilterCases {
  readonly filter: string;
  readonly cases: readonly Case[];
  readonly problems: readonly string[];
}

/** Reads the cases of all filters of which some are run. */
export async function chosenCases(): Promise<FilterCases[]> {
  const named = process.env[CASES];
  const files = named === undefined ? undefined : (JSON.parse(named) as string[]);
  const all: FilterCases[] = [];
  for (const filter of filterNames()) {
    const folder = `filters/${filter}/cases`;
    const own = files?.filter((file) => file.startsWith(`${folder}/`)) ?? [folder];
    const read = own
      .map((path) => join(ROOT, path))
      .filter(existsSync)
      .map(readAll);
    const results = await Promise.all(read);
    if (files !== undefined && own.length === 0) continue;
    all.push({
      filter,
      cases: results.flatMap(({ cases }) => cases),
      problems: results.flatMap(({ problems }) => problems),
    });
  }
  return all;
}
