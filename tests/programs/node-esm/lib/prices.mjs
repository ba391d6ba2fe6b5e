export const word = "module-1";
