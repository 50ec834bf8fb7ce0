import { AgentEvent, type AgentExecutionEvent } from '@a2a-js/sdk/server';

/** An event with a text. */
export function chunkOf(text: string): AgentExecutionEvent {
  return AgentEvent.artifactUpdate({
    taskId: 'task',
    contextId: 'context',
    artifact: {
      artifactId: 'answer',
      name: '',
      description: '',
      parts: [
        {
          content: { $case: 'text', value: text },
          mediaType: 'text/plain',
          filename: '',
          metadata: undefined,
        },
      ],
      metadata: undefined,
      extensions: [],
    },
    append: true,
    lastChunk: false,
    metadata: undefined,
  });
}

/** The text of an event that {@link chunkOf} made; `undefined` for any other. */
export function textOf(event: AgentExecutionEvent | undefined): string | undefined {
  if (event?.kind !== 'artifactUpdate') return undefined;
  const content = event.data.artifact?.parts[0]?.content;
  return content?.$case === 'text' ? content.value : undefined;
}
