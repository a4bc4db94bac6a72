export const roles = ["farmer", "researcher", "student", "administrator"] as const;
export type Role = (typeof roles)[number];
