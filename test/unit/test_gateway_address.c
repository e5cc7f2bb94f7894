/*
 * test_gateway_address.c
 *		The address policy: both ends of every range, and the forms that hide
 *		an IPv4 address in an IPv6 one.
 */
#include "bin/gateway/address.h"

#include "tap.h"

static const struct
{
	const char *text;
	bool		open;			/* allowed to everybody */
	bool		private;		/* allowed with allow_private_addresses */
}			cases[] = {
	{"8.8.8.8", true, true},
	{"1.0.0.0", true, true},
	{"0.0.0.0", false, false},
	{"0.255.255.255", false, false},
	{"9.255.255.255", true, true},
	{"10.0.0.0", false, true},
	{"10.255.255.255", false, true},
	{"11.0.0.0", true, true},
	{"100.63.255.255", true, true},
	{"100.64.0.0", false, true},
	{"100.127.255.255", false, true},
	{"100.128.0.0", true, true},
	{"126.255.255.255", true, true},
	{"127.0.0.1", false, true},
	{"127.255.255.255", false, true},
	{"128.0.0.0", true, true},
	{"168.63.129.16", false, false},
	{"168.63.129.17", true, true},
	{"169.253.255.255", true, true},
	{"169.254.0.0", false, false},
	{"169.254.169.254", false, false},
	{"169.255.0.0", true, true},
	{"172.15.255.255", true, true},
	{"172.16.0.0", false, true},
	{"172.31.255.255", false, true},
	{"172.32.0.0", true, true},
	{"192.0.0.192", false, false},
	{"192.0.1.0", true, true},
	{"192.0.2.1", false, false},
	{"192.88.99.1", false, false},
	{"192.167.255.255", true, true},
	{"192.168.0.0", false, true},
	{"192.168.255.255", false, true},
	{"192.169.0.0", true, true},
	{"198.17.255.255", true, true},
	{"198.18.0.0", false, false},
	{"198.19.255.255", false, false},
	{"198.20.0.0", true, true},
	{"198.51.100.7", false, false},
	{"203.0.113.7", false, false},
	{"223.255.255.255", true, true},
	{"224.0.0.1", false, false},
	{"239.255.255.255", false, false},
	{"240.0.0.1", false, false},
	{"255.255.255.255", false, false},
	{"2606:4700::1111", true, true},
	{"2000::1", true, true},
	{"3ffe::1", true, true},
	{"3fff::1", false, false},
	{"3fff:0fff::1", false, false},
	{"3fff:1000::1", true, true},
	{"4000::1", false, false},
	{"1fff::1", false, false},
	{"::", false, false},
	{"::1", false, true},
	{"::2", false, false},
	{"::127.0.0.1", false, false},
	{"::ffff:8.8.8.8", false, false},
	{"::ffff:127.0.0.1", false, false},
	{"::ffff:169.254.169.254", false, false},
	{"::ffff:0:127.0.0.1", false, false},
	{"64:ff9b::8.8.8.8", false, false},
	{"64:ff9b::169.254.169.254", false, false},
	{"64:ff9b:1::1", false, false},
	{"100::1", false, false},
	{"2001::1", false, false},
	{"2001:1ff::1", false, false},
	{"2001:200::1", true, true},
	{"2001:db8::1", false, false},
	{"2001:db9::1", true, true},
	{"2002:7f00:1::", false, false},
	{"2003::1", true, true},
	{"5f00::1", false, false},
	{"fc00::1", false, true},
	{"fdff::1", false, true},
	{"fd00:ec2::254", false, false},
	{"fd20:ce::254", false, false},
	{"fe00::1", false, false},
	{"fe80::1", false, false},
	{"febf::1", false, false},
	{"fec0::1", false, false},
	{"ff02::1", false, false},
	{"localhost", false, false},
	{"127.1", false, false},
	{"fe80::1%eth0", false, false},
	{"", false, false},
};

int
main(void)
{
	struct sockaddr local = {.sa_family = AF_UNIX};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
	{
		ok(asb_address_text_allowed(cases[i].text, false) == cases[i].open &&
		   asb_address_text_allowed(cases[i].text, true) == cases[i].private,
		   "%s is %s", cases[i].text[0] ? cases[i].text : "nothing",
		   cases[i].open ? "open" : cases[i].private ? "private" : "never");
	}
	ok(!asb_address_allowed(&local, true), "another family is never allowed");
	return tap_done();
}
