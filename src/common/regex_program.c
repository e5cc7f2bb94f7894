/*
 * regex_program.c
 *	  From the tree of a regular expression to a program of four instructions.
 */
#include "common/regex_build.h"

#define NO_PC		(-1)

static int
emit(AsbRegexBuilder *b, Opcode op, int x, int y)
{
	if (b->nprogram >= ASB_REGEX_MAX_PROGRAM)
	{
		asb_regex_fault(b, "it repeats too much");
		return b->nprogram - 1; /* the caller may patch it, it is never run */
	}
	b->program[b->nprogram] = (AsbRegexInstruction) {op, x, y};
	return b->nprogram++;
}

static void emit_node(AsbRegexBuilder *b, int node);

/*
 * x{min,max}: min copies, then a loop or max - min nested options.  A body
 * that emits nothing is emitted once, whatever the count.
 */
static void
emit_repeat(AsbRegexBuilder *b, const AsbRegexNode *node)
{
	int			chain = NO_PC;	/* options whose exit is still to be set */
	int			copies = node->max == ASB_REGEX_INFINITY ? node->min : node->max;

	for (int i = 0; i < copies && b->why == NULL; i++)
	{
		int			before = b->nprogram;

		if (i >= node->min)
			chain = emit(b, OP_SPLIT, b->nprogram + 1, chain);
		emit_node(b, node->child);
		if (b->nprogram == before)
			return;
	}
	while (chain != NO_PC && b->why == NULL)
	{
		int			up = b->program[chain].y;

		b->program[chain].y = b->nprogram;
		chain = up;
	}
	if (node->max == ASB_REGEX_INFINITY && b->why == NULL)
	{
		int			split = emit(b, OP_SPLIT, b->nprogram + 1, NO_PC);

		emit_node(b, node->child);
		emit(b, OP_SPLIT, split, split);
		b->program[split].y = b->nprogram;
	}
}

static void
emit_alternatives(AsbRegexBuilder *b, const AsbRegexNode *node)
{
	int			chain = NO_PC;	/* jumps to the end still to be set */

	for (int child = node->child; child != ASB_REGEX_NONE && b->why == NULL;
		 child = b->ast->nodes[child].next)
	{
		int			split = NO_PC;

		if (b->ast->nodes[child].next != ASB_REGEX_NONE)
			split = emit(b, OP_SPLIT, b->nprogram + 1, NO_PC);
		emit_node(b, child);
		if (split != NO_PC)
		{
			chain = emit(b, OP_SPLIT, chain, chain);
			b->program[split].y = b->nprogram;
		}
	}
	while (chain != NO_PC && b->why == NULL)
	{
		int			up = b->program[chain].x;

		b->program[chain].x = b->program[chain].y = b->nprogram;
		chain = up;
	}
}

/* Recursion is bounded by ASB_REGEX_MAX_NESTING. */
static void
emit_node(AsbRegexBuilder *b, int index)
{
	const AsbRegexNode *node = &b->ast->nodes[index];

	switch (node->kind)
	{
		case ASB_RE_SET:
			emit(b, OP_SET, node->set, 0);
			break;
		case ASB_RE_CAT:
			for (int child = node->child;
				 child != ASB_REGEX_NONE && b->why == NULL;
				 child = b->ast->nodes[child].next)
				emit_node(b, child);
			break;
		case ASB_RE_ALT:
			emit_alternatives(b, node);
			break;
		case ASB_RE_REPEAT:
			emit_repeat(b, node);
			break;
		default:
			emit(b, OP_ASSERT, node->kind, 0);
			break;
	}
}

void
asb_regex_build_program(AsbRegexBuilder *b)
{
	b->program = asb_regex_allocate(b, ASB_REGEX_MAX_PROGRAM, sizeof(AsbRegexInstruction));
	if (b->why == NULL)
	{
		emit_node(b, b->ast->root);
		emit(b, OP_MATCH, 0, 0);
	}
}
