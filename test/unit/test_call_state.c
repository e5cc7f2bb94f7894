/*
 * test_call_state.c
 *	  Every pair of states: legal or not, spelled out a second time.
 */
#include "common/call_state.h"

#include "tap.h"

/* rows: from; columns: to, in the order of the enum; x is legal */
static const char *const legal[ASB_CALL_STATES] = {
	/*               s h r c C F R E X */
	[ASB_CALL_SUBMITTED] = "xxx..xxxx",
	[ASB_CALL_HELD] = ".xx..xxxx",
	[ASB_CALL_READY] = "..xx.x.xx",
	[ASB_CALL_CLAIMED] = "..xxxx.x.",
	[ASB_CALL_COMPLETED] = ".........",
	[ASB_CALL_FAILED] = ".........",
	[ASB_CALL_REFUSED] = ".........",
	[ASB_CALL_EXPIRED] = ".........",
	[ASB_CALL_CANCELLED] = ".........",
};

int
main(void)
{
	AsbCallState state;

	for (AsbCallState from = 0; from < ASB_CALL_STATES; from++)
	{
		const char *name = asb_call_state_name(from);

		ok(asb_call_state_parse(name, strlen(name), &state) && state == from,
		   "%s has a name that is understood", name);
		ok(asb_call_state_is_terminal(from) == (strchr(legal[from], 'x') == NULL),
		   "%s is terminal or not", name);
		for (AsbCallState to = 0; to < ASB_CALL_STATES; to++)
			ok(asb_call_state_may_change(from, to) == (legal[from][to] == 'x'),
			   "%s -> %s is %s", name, asb_call_state_name(to),
			   legal[from][to] == 'x' ? "legal" : "illegal");
	}
	ok(!asb_call_state_parse("read", 4, &state), "a part of a name is none");
	ok(!asb_call_state_parse("readyx", 6, &state), "a longer name is none");
	ok(asb_call_state_parse("readyx", 5, &state), "the length counts");
	ok(!asb_call_state_parse("", 0, &state), "nothing is none");
	return tap_done();
}
