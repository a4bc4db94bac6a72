const loopback = ["127.0.0.1", "[::1]"];

/** https, or the machine of the one who asks; compared to the letter. */
export const isSafe = (given: string): boolean => {
  const url = URL.parse(given);
  if (!url || /[\s\p{Cc}]/u.test(given) || given.includes("#") || given.includes("*") || url.username || url.password)
    return false;
  return url.protocol === "https:" || (url.protocol === "http:" && loopback.includes(url.hostname));
};
