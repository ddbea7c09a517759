import { documents, read } from './checkout';

export interface Block {
  document: string;
  /** Line on which the block begins. */
  line: number;
  /** `bash`: a test runs it; `sh`: only where it is listed with the reason why none does. */
  language: 'bash' | 'sh';
  text: string;
}

/** Every block of commands in the documents, in the order in which a reader meets them. */
export function commandBlocks(): Block[] {
  return documents().flatMap((document) => {
    const text = read(document);
    return [...text.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].flatMap((match): Block[] => {
      const [, language, body] = match;
      if (language === 'console' || language === 'shell')
        throw new Error(`${document}: commands are \`bash\` (a test runs them) or \`sh\` (listed as exceptions)`);
      if (language !== 'bash' && language !== 'sh') return [];
      const line = text.slice(0, match.index).split('\n').length;
      return [{ document, line, language, text: body ?? '' }];
    });
  });
}
