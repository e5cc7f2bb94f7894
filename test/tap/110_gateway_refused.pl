# What the database refuses a gateway: an error at commit is one, whenever it
# arrives, and what is refused is not asked for again and again.
use strict;
use warnings;
use Test::More;
use Time::HiRes qw(time);

use AgentSandbox;
use GatewayTest;

my $calls = 'agentsandbox.remoteprocedurecalls';
my $http = start_http();
my %method = (
	echo => handler($http, path => '/echo'),
	slow => handler($http, path => '/slow/2.5'),
	hang => handler($http, path => '/hang', timeout_seconds => 60));
prepare_methods(sort keys %method);

# ---- at commit ----

# The first report fails there; what it has to take back keeps the server busy
# between its error and the end of the transaction.
sql(<<'SQL');
CREATE SEQUENCE number;
CREATE TABLE report ();
CREATE FUNCTION fail_once() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
    IF nextval('public.number') = 1 THEN
        FOR i IN 1..500 LOOP EXECUTE format('CREATE TABLE public.undone_%s ()', i); END LOOP;
        RAISE EXCEPTION 'not this time';
    END IF;
    RETURN NULL;
END
$$;
CREATE CONSTRAINT TRIGGER fail_once AFTER INSERT ON report DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION fail_once();
ALTER FUNCTION agentsandbox.complete RENAME TO complete_really;
CREATE FUNCTION agentsandbox.complete(id uuid, lease_token uuid, response jsonb) RETURNS text
    LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
    INSERT INTO public.report DEFAULT VALUES;
    RETURN agentsandbox.complete_really(id, lease_token, response);
END
$$;
SQL
my $gateway = start_gateway(poll_seconds => 3600, lease_seconds => 2, methods => \%method);
$gateway->wait_for_log(qr/event=database_up/);
my $outcome = outcome(add_call('echo', '{}'));
is("$outcome->{status} $outcome->{attempt}", 'completed 1', 'what could not be committed is reported again');
is(scalar $http->requests, 1, '... and not performed again');
is(sql('SELECT last_value FROM number'), 2, '... after its first commit has failed');
is(scalar(() = $gateway->log =~ /event=call_completed/g), 1, 'a call is completed once it is committed');
sql('DROP FUNCTION agentsandbox.complete; ALTER FUNCTION agentsandbox.complete_really RENAME TO complete');

# ---- an extension ----

my $call = add_call('hang', '{}');
ok(poll_until("SELECT status FROM $calls WHERE id = '$call'", 'claimed'), 'a call is in flight');
sql('REVOKE agentsandbox_gateway FROM gateway_service');
ok($gateway->wait_for_log(qr/event=extend_refused/), 'its lease cannot be extended');
my $end = time + 0.5;
wait_until(sub { time > $end });
my $asked = () = $gateway->log =~ /event=extend_refused/g;
cmp_ok($asked, '<=', 3, '... which is asked for no more often than before');
sql('GRANT agentsandbox_gateway TO gateway_service');
is(outcome(add_call('echo', '{}'))->{status}, 'completed', 'and it goes on');
$gateway->signal('KILL');
$gateway->wait_for_end;

# one that is refused is asked for again while the lease lasts, however short
sql(<<'SQL');
SELECT setval('number', 1, false);
ALTER FUNCTION agentsandbox.extend RENAME TO extend_really;
CREATE FUNCTION agentsandbox.extend(id uuid, lease_token uuid, lease interval) RETURNS timestamptz
    LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
    -- also when it is asked for alone, which comes next
    IF nextval('public.number') <= 2 THEN
        RAISE EXCEPTION 'not this time';
    END IF;
    RETURN agentsandbox.extend_really(id, lease_token, lease);
END
$$;
SQL
my $before = $http->requests;
$gateway = start_gateway(poll_seconds => 0.1, lease_seconds => 1, methods => { slow => $method{slow} });
$outcome = outcome(add_call('slow', '{}'));
is("$outcome->{status} $outcome->{attempt}", 'completed 1', 'a lease of a second outlives an extension that was refused');
is($http->requests - $before, 1, '... so the call is performed once');
like($gateway->log, qr/event=extend_refused/, '... and one was refused');
is($gateway->stop, 0, '... and SIGTERM ends it');

done_testing();
