/** What the slices of sign-in and recovery ask of whoever keeps second factors; `composition/` binds it. */
export interface SecondFactor {
  /** Whether this user must show one besides what else they know. */
  isOn(uid: string): Promise<boolean>;
  /** Uses the code of an authenticator or a recovery code up; false when it is wrong or was used before. */
  verify(uid: string, code: string): Promise<boolean>;
}
