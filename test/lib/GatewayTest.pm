# What the gateway's TAP tests share: a database role and methods for it, the
# local HTTP server, gateway processes, calls and their outcomes.
#
#     use GatewayTest;
#     my $http = start_http();
#     my $gateway = start_gateway(methods => { echo => handler($http, path => '/echo') });
#     my $call = add_call('echo', '{"a": 1}');
#     is(outcome($call)->{status}, 'completed', 'it is answered');
#     is($gateway->stop, 0, 'SIGTERM ends it');

package GatewayTest;

use strict;
use warnings;
use Exporter 'import';
use File::Temp ();
use IPC::Run ();
use JSON::PP ();
use Test::More ();
use Time::HiRes qw(time usleep);

use AgentSandbox;

our @EXPORT = qw(prepare_methods add_method add_call add_calls outcome start_http handler start_gateway
  write_file gateway_program run_gateway wait_until decode encode_json);

my $json = JSON::PP->new->canonical->allow_nonref->utf8;
my $root = $0 =~ m{^(.*)/test/tap/[^/]*$} ? $1 : '.';
my $directory = File::Temp->newdir('gateway-test.XXXXXX', TMPDIR => 1);
my $role = { role => 'gateway_service', password => 'the-password-of-the-gateway' };
my $conversation;
my $files = 0;
my @running;

sub gateway_program { return "$root/src/bin/gateway/agentsandbox-gateway" }
sub decode { return $json->decode($_[0]) }
sub encode_json { return $json->encode($_[0]) }

# A private file of its own with this content: its name
sub write_file
{
	my ($content) = @_;
	my $name = "$directory/file" . $files++;
	open my $out, '>', $name or die "$name: $!";
	chmod 0600, $name;
	print $out $content;
	close $out;
	return $name;
}

sub read_file
{
	my ($name) = @_;
	open my $in, '<', $name or return '';
	local $/;
	return scalar(<$in>) // '';
}

sub wait_until
{
	my ($condition, $timeout) = @_;
	my $deadline = time + ($timeout // 30);
	until ($condition->())
	{
		return 0 if time > $deadline;
		usleep 20_000;
	}
	return 1;
}

# ---- the database side ----

# Registers methods that take and answer anything, the profile that may call
# them, one conversation of it, and the login role of the gateways.
sub prepare_methods
{
	my (@methods) = @_;
	sql("CREATE ROLE $role->{role} LOGIN PASSWORD '$role->{password}' IN ROLE agentsandbox_gateway");
	sql("SELECT agentsandbox.create_profile('gateway_test')");
	sql(join "\n", map { method_sql($_) } @methods) if @methods;
	$conversation = open_conversation('gateway_test');
}

# One more of them, with other options of create_method()
sub add_method { return sql(method_sql(@_)) }

sub method_sql
{
	my ($name, %option) = @_;
	%option = (max_attempts => 3, time_limit => "'100 seconds'", %option);
	my $options = join ', ', map { "$_ => $option{$_}" } sort keys %option;
	return "SELECT agentsandbox.create_method('$name', 'true', 'true', $options);
		SELECT agentsandbox.allow_method('gateway_test', '$name');";
}

# Inserts calls of one method, as the conversation: their ids.  The first
# argument may be another conversation.
sub add_calls
{
	my $who = ref $_[0] ? shift : $conversation;
	my ($method, @arguments) = @_;
	my $values = join ', ', map { "('$method', \$json\$$_\$json\$)" } @arguments;
	return split /\n/, sql_as($who, "INSERT INTO RemoteProcedureCalls (method, arguments)
		VALUES $values RETURNING id");
}

sub add_call { return (add_calls(@_))[0] }

# Waits for the terminal state of a call: a hash of its columns, and in
# failure what the gateway said of it
sub outcome
{
	my ($id, $timeout) = @_;
	my $row = "SELECT pg_catalog.to_jsonb(c) FROM agentsandbox.remoteprocedurecalls c WHERE id = '$id'";
	poll_until("SELECT status IN ('completed', 'failed', 'expired', 'refused', 'cancelled')
		FROM agentsandbox.remoteprocedurecalls WHERE id = '$id'", 't', $timeout // 30);
	my $call = decode(sql($row));
	$call->{failure} = $call->{error}{gateway} if $call->{error};
	return $call;
}

# ---- the HTTP server ----

sub start_http
{
	my (@options) = @_;
	my $self = bless { log => "$directory/requests" . $files++ }, 'GatewayTest::Http';
	my $port_file = "$directory/port" . $files++;
	$self->{handle} = IPC::Run::start(
		[ $^X, "$root/test/gateway/http-server", '--port-file', $port_file, '--log', $self->{log}, @options ]);
	wait_until(sub { -e $port_file }) or die "the HTTP server does not start\n";
	($self->{port}) = read_file($port_file) =~ /(\d+)/;
	push @running, $self;
	return $self;
}

# The requests so far, oldest first
sub GatewayTest::Http::requests
{
	my ($self) = @_;
	return map { decode($_) } split /\n/, read_file($self->{log});
}

sub GatewayTest::Http::stop
{
	my ($self) = @_;
	my $handle = delete $self->{handle} or return;
	$handle->signal('TERM');
	$handle->finish;
}

# A method's configuration that reaches the local server
sub handler
{
	my ($http, %more) = @_;
	return { url => "http://127.0.0.1:$http->{port}", allow_http => JSON::PP::true,
		allow_private_addresses => JSON::PP::true, %more };
}

# ---- the gateway ----

# A configuration file for the server under test
sub config_file
{
	my (%config) = @_;
	my $password = delete $config{password_file} // write_file("$role->{password}\n");
	$config{database} //= { host => $ENV{PGHOST}, port => $ENV{PGPORT} + 0, dbname => $ENV{PGDATABASE},
		user => $role->{role}, password => { file => $password } };
	return write_file(encode_json(\%config));
}

sub start_gateway
{
	my (%config) = @_;
	my $self = bless { config => config_file(%config), log => "$directory/log" . $files++ }, 'GatewayTest::Gateway';
	$self->{handle} = IPC::Run::start([ gateway_program(), '--config', $self->{config} ],
		'>', "$self->{log}.out", '2>', $self->{log});
	push @running, $self;
	wait_until(sub { $self->log =~ /event=(?:started|configuration_refused|start_failed)/ }, 10);
	die "the gateway does not start:\n" . $self->log unless $self->log =~ /event=started/;
	return $self;
}

# Runs the program to its end: (status, standard output, standard error)
sub run_gateway
{
	my (@arguments) = @_;
	my ($out, $err) = ('', '');
	IPC::Run::run([ gateway_program(), @arguments ], \'', \$out, \$err, IPC::Run::timeout(60));
	return ($? >> 8, $out, $err);
}

sub GatewayTest::Gateway::pid { return $_[0]{handle}{KIDS}[0]{PID} }
sub GatewayTest::Gateway::signal { my ($self, $name) = @_; $self->{handle}->signal($name) }
sub GatewayTest::Gateway::log { return read_file($_[0]{log}) }

# Replaces the configuration file, without telling the program.
sub GatewayTest::Gateway::configure
{
	my ($self, %config) = @_;
	rename config_file(%config), $self->{config} or die "$self->{config}: $!";
}

# Waits for a line in the log; returns whether it came.
sub GatewayTest::Gateway::wait_for_log
{
	my ($self, $pattern, $timeout) = @_;
	return wait_until(sub { $self->log =~ $pattern }, $timeout);
}

sub GatewayTest::Gateway::wait_for_end
{
	my ($self) = @_;
	my $handle = delete $self->{handle} or return;
	$handle->finish;
	return $handle->full_result(0) & 127 ? 'signal ' . ($handle->full_result(0) & 127) : $handle->result(0);
}

# SIGTERM, then its exit status
sub GatewayTest::Gateway::stop
{
	my ($self) = @_;
	return unless $self->{handle};
	$self->signal('TERM');
	return $self->wait_for_end;
}

END
{
	my $status = $?;
	for my $process (@running)
	{
		my $handle = delete $process->{handle} or next;
		$handle->kill_kill(grace => 2);
	}
	if (!Test::More->builder->is_passing)
	{
		Test::More::diag(read_file($_->{log})) for grep { $_->isa('GatewayTest::Gateway') } @running;
	}
	$? = $status;
}

1;
