# The name of one method's server is looked up for as long as the test takes:
# calls of other methods are answered meanwhile.
use strict;
use warnings;
use Test::More;
use Time::HiRes qw(time);

use AgentSandbox;
use GatewayTest;

# a resolver that does not answer for one name
my $dir = File::Temp->newdir;
my $library = "$dir/resolver.so";
open my $source, '>', "$dir/resolver.c" or die $!;
print $source <<~'C';
	#define _GNU_SOURCE
	#include <dlfcn.h>
	#include <netdb.h>
	#include <poll.h>
	#include <string.h>

	int
	getaddrinfo(const char *node, const char *service, const struct addrinfo *hints, struct addrinfo **result)
	{
		int (*next) (const char *, const char *, const struct addrinfo *, struct addrinfo **) =
			(int (*) (const char *, const char *, const struct addrinfo *, struct addrinfo **)) dlsym(RTLD_NEXT, "getaddrinfo");

		if (node && strcmp(node, "slow.invalid") == 0)
			poll(NULL, 0, 60000);
		return next(node, service, hints, result);
	}
	C
close $source;
is(system('cc', '-shared', '-fPIC', '-o', $library, "$dir/resolver.c"), 0, 'there is a slow resolver');

my $http = start_http('--answer', 'true');
prepare_methods(qw(slow quick));
{
	local $ENV{LD_PRELOAD} = $library;
	start_gateway(
		poll_seconds => 0.5,
		methods => {
			slow => { %{ handler($http, path => '/', timeout_seconds => 1) }, url => 'http://slow.invalid:80' },
			quick => handler($http, path => '/answer'),
		});
}
my $started = time;
my $slow = add_call('slow', '{}');
poll_is("SELECT attempt > 1 FROM agentsandbox.remoteprocedurecalls WHERE id = '$slow'", 't', 'an attempt is given up');
is(outcome(add_call('quick', '{}'))->{status}, 'completed', 'another method is called');
cmp_ok(time - $started, '<', 40, '... while the name is still looked up');
done_testing();
