import { domainToASCII, domainToUnicode } from "node:url";

/**
 * A domain as it is told apart. It may be written in several ways (`uni。example`, `xn--…`) that lead to one place: whoever
 * decides by a domain must not see two. What is none is empty.
 */
export const oneDomain = (domain: string): string => domainToUnicode(domainToASCII(domain));

/** An address of mail in the one spelling of its mailbox; the part before the @ keeps its capitals. */
export function oneSpelling(address: string): string {
  const plain = address.trim().normalize("NFKC");
  const at = plain.lastIndexOf("@");
  return at < 0 ? plain : `${plain.slice(0, at)}@${oneDomain(plain.slice(at + 1))}`;
}

/** The form in which addresses are compared. */
export const normalAddress = (address: string): string => oneSpelling(address).toLowerCase();

export const isOfDomain = (address: string, domains: readonly string[]): boolean => {
  const own = oneDomain(address.slice(address.lastIndexOf("@") + 1));
  // what is no domain is none of theirs, whatever stands in their list
  return own !== "" && domains.some((domain) => oneDomain(domain) === own);
};
