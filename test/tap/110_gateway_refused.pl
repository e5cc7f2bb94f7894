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

done_testing();
