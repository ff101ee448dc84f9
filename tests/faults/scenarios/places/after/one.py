# Databricks notebook source
print("one")
