// Command single is the front of DeltaEdit Studio's single file. The first start unpacks
// what follows it into the user's cache; every start runs the program from there.
//
// models/deltarelease/single.py writes the file and describes its form.
package main
