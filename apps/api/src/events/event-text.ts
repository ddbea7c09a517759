/** Events as the stream writes them (HTML Living Standard, server-sent events). JSON has no line ends of its own, so one `data` line holds it. */
export const eventText = (event: { name: string; id: string; data: unknown }): string =>
  `event: ${event.name}\nid: ${event.id}\ndata: ${JSON.stringify(event.data)}\n\n`;

/** Says nothing to a client but that the stream lives, to it and to every proxy on the way. */
export const commentText = (text: string): string => `: ${text}\n\n`;

/** After how long a client whose stream ended asks again. */
export const retryText = (milliseconds: number): string => `retry: ${milliseconds}\n\n`;
