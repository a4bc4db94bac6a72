/**
 * What a part holds on a person. Each part that holds any implements this; `composition/personal-data.ts` lists them in
 * the order in which they are erased.
 */

/** One document of a person's archive: no hash, no secret, nothing of others. */
export type PersonalDocument = { name: string; content: object };

/** Why an account cannot be erased now, and what its owner does about it. */
export type Obstacle = { code: string; detail: string; fix: string };

export interface PersonalData {
  /** The folder of its documents in the archive. */
  readonly name: string;
  export(uid: string): AsyncIterable<PersonalDocument>;
  /** How much there is, for the person alone. */
  counts?(uid: string): Promise<Record<string, number>>;
  /** What stands in the way of an erasure, as a legal hold; asked before it begins and before this part is erased. */
  obstacles?(uid: string): Promise<readonly Obstacle[]>;
  /** Forgets what is known by an address that the person has proved; no event says it, for events are kept. */
  forgetAddress?(address: string): Promise<void>;
  /**
   * Removes what stands outside of the user's own partition (`USER#uid`) and the audit, which go last, whole. Called
   * again after a crash, and once more when no request that had begun before can be on its way: again changes nothing.
   */
  erase(uid: string): Promise<void>;
}
