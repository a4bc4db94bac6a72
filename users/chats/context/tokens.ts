/** What a text costs of a model's window, roughly and never too little by much: four bytes to a token. */
export const tokensOf = (text: string): number => Math.ceil(Buffer.byteLength(text) / 4);
