import { ancestors, animalCard, findAnimal } from "./animals.ts";
import { compareWithBreed } from "./breed.ts";
import { cullsByReason } from "./culls.ts";
import { flockSummary } from "./flock-summary.ts";
import { scrapieGenotypes } from "./genes.ts";
import { matingInbreeding } from "./matings.ts";
import { platformHelp } from "./platform-help.ts";
import type { Tool } from "./reader.ts";
import { seasonReport } from "./season.ts";
import { growthBySire, topSires } from "./sires.ts";
import { breedingValues } from "./values.ts";

/** All that an assistant can ask the platform. Each only reads. */
export const tools: readonly Tool[] = [
  findAnimal,
  flockSummary,
  animalCard,
  breedingValues,
  ancestors,
  matingInbreeding,
  seasonReport,
  topSires,
  cullsByReason,
  growthBySire,
  scrapieGenotypes,
  compareWithBreed,
  platformHelp,
];
